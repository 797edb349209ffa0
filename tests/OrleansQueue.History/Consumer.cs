namespace OrleansQueue.History;

/// <summary>
/// Who polls. Without a group it reads for itself; with one it is a member, and what it polls counts as delivered to the
/// group. Successive polls of one consumer on one partition must go on where the one before ended, so a consumer that starts
/// again from somewhere else says so (<see cref="HistoryRecorder.Seek"/>, <see cref="HistoryRecorder.Assigned"/>) or takes a
/// new name.
/// </summary>
/// <param name="Name">Its name, unique within its group.</param>
/// <param name="Group">The consumer group of which it is a member; null for a reader without a group.</param>
public readonly record struct Consumer(string Name, string? Group = null)
{
    /// <summary>A member of a group.</summary>
    public static Consumer InGroup(string group, string member) => new(member, group);

    /// <inheritdoc/>
    public override string ToString() => Group is null ? Name : $"{Group}:{Name}";
}
