using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>A member as the group's journal keeps it.</summary>
internal sealed record Member(string Id, Generation Joined, string Client, IReadOnlyList<string> Topics, TimeSpan SessionTimeout, TimeSpan ReleaseTimeout)
{
    public static Member Of(MemberEntry entry) => new(
        entry.Id,
        new Generation(entry.Generation),
        entry.Client,
        entry.Topics,
        TimeSpan.FromMilliseconds(entry.SessionMilliseconds),
        TimeSpan.FromMilliseconds(entry.ReleaseMilliseconds));

    public static Member Of(JoinRequest request, Generation joined) =>
        new(request.MemberId, joined, request.Client, [.. request.Topics.Distinct(StringComparer.Ordinal)], request.SessionTimeout, request.ReleaseTimeout);

    public MemberEntry ToEntry() => new(
        Id, Joined.Value, Client, Topics, (long)SessionTimeout.TotalMilliseconds, (long)ReleaseTimeout.TotalMilliseconds);
}

/// <summary>A topic that a group reads.</summary>
internal sealed class GroupTopic(string name, TopicId id)
{
    public string Name => name;

    public TopicId Id => id;

    public List<PartitionCursor> Partitions { get; } = [];
}

/// <summary>How far a group is in a partition, and who reads it.</summary>
internal sealed class PartitionCursor(GroupTopic topic, int number, Offset offset, Epoch epoch)
{
    public GroupTopic Topic => topic;

    public TopicPartition TopicPartition { get; } = new(topic.Id, new Partition(number));

    public Position Position { get; private set; } = new(topic.Id, new Partition(number), offset, epoch);

    public byte[]? Metadata { get; private set; }

    public long Gaps { get; private set; }

    /// <summary>The member that reads it, or null.</summary>
    public string? Owner { get; private set; }

    /// <summary>The generation in which it was given to its owner, or in which the group was moved.</summary>
    public Generation Since { get; private set; }

    public StoppedAt? Stopped { get; private set; }

    /// <summary>The producer of its dead letters; null where it never had one.</summary>
    public DeadProducerEntry? DeadProducer { get; set; }

    public void Apply(OwnerEntry entry)
    {
        Owner = entry.Owner;
        Since = new Generation(entry.Since);
    }

    public void Apply(PositionEntry entry)
    {
        Position = Position with { Offset = new Offset(entry.Offset), Epoch = new Epoch(entry.Epoch) };
        Metadata = entry.Metadata;
        Gaps = entry.Gaps;
    }

    public void Apply(StoppedEntry entry) =>
        Stopped = entry.Offset is { } at ? new StoppedAt(new Offset(at), entry.Error, new Timestamp(entry.Time)) : null;

    public void Resume() => Stopped = null;

    public void Disown() => Owner = null;

    public OwnerEntry OwnedBy(string? owner, Generation since) => new(topic.Name, number, owner, since.Value);

    public PositionEntry At(Position position, byte[]? metadata, int gaps) =>
        new(topic.Name, number, position.Offset.Value, position.Epoch.Value, metadata, Gaps + gaps);

    public StoppedEntry StoppedBy(StoppedAt? at) => new(topic.Name, number, at?.Offset.Value, at?.Error ?? "", at?.Time.UnixMilliseconds ?? 0);
}
