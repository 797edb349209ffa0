namespace OrleansQueue.Queues;

/// <summary>
/// Where a message of a queue group lies: at an offset of the topic's partition, or of the log of what the group redrove. Places order as
/// messages are leased: what was redriven first, then by offset.
/// </summary>
/// <param name="Value">The offset; in the requeue log counted from the lowest number that there is.</param>
internal readonly record struct Place(long Value) : IComparable<Place>
{
    /// <summary>A place in the topic's partition.</summary>
    public static Place InTopic(Offset offset) => new(offset.Value);

    /// <summary>A place in the requeue log.</summary>
    public static Place Requeued(Offset offset) => new(offset.Value + long.MinValue);

    /// <summary>A place in one of the two.</summary>
    public static Place Of(Offset offset, bool isRequeued) => isRequeued ? Requeued(offset) : InTopic(offset);

    /// <summary>Whether it lies in the requeue log.</summary>
    public bool IsRequeued => Value < 0;

    /// <summary>The offset in its log.</summary>
    public Offset Offset => new(Value & long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(Place other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => IsRequeued ? $"requeued {Offset}" : Offset.ToString();
}
