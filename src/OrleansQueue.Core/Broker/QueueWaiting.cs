namespace OrleansQueue.Broker;

/// <summary>A member of a group of kind Queue that has room for messages and knows of none.</summary>
/// <param name="Group">The group.</param>
/// <param name="Member">Who waits.</param>
public sealed record WaitRequest(string Group, GroupMember Member)
{
    /// <summary>How long to wait. The broker takes <see cref="FetchRequest.LongestWait"/> where it is more.</summary>
    public TimeSpan MaxWait { get; init; } = FetchRequest.LongestWait;
}

/// <summary>A partition that has messages for a member.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Messages">How many the member should lease there at first, so that others who wait get theirs.</param>
public readonly record struct ReadyPartition(TopicPartition Partition, int Messages);

/// <summary>What a wait brought.</summary>
public abstract record WaitResult
{
    private WaitResult()
    {
    }

    /// <summary>Where there are messages.</summary>
    /// <param name="Partitions">The partitions; none where no message came in time.</param>
    public sealed record Ready(IReadOnlyList<ReadyPartition> Partitions) : WaitResult;

    /// <summary>It is no member any more, see <see cref="HeartbeatResult.UnknownMember"/>.</summary>
    public sealed record UnknownMember : WaitResult;

    /// <summary>Another member of the same id took its place.</summary>
    public sealed record Replaced : WaitResult;

    /// <summary>There is no such group of kind Queue.</summary>
    public sealed record UnknownGroup : WaitResult;
}

/// <summary>How a partition stands for a group of kind Queue.</summary>
/// <param name="Finished">Every message below this offset is finished for the group.</param>
/// <param name="Available">Messages that may be leased now or wait for their key, as far as the group has looked at them.</param>
/// <param name="Examined">The group has looked at every message below this offset; those from here on are available, too.</param>
/// <param name="Leased">Messages that are leased.</param>
/// <param name="Delayed">Messages that failed and wait for their next delivery.</param>
/// <param name="Dead">Dead letters that were neither redriven nor purged.</param>
/// <param name="ParkedKeys">Keys whose messages wait until their dead letters are redriven or purged.</param>
public sealed record QueueStatus(Offset Finished, long Available, Offset Examined, long Leased, long Delayed, long Dead, long ParkedKeys = 0);

/// <summary>The dead letters of a partition.</summary>
/// <param name="Topic">The name of the topic that they lie in; it is there once the first of them is.</param>
/// <param name="Partition">The partition of that topic.</param>
/// <param name="Open">The offsets there of those that were neither redriven nor purged.</param>
public sealed record DeadLetters(string Topic, Partition Partition, IReadOnlyList<OffsetRange> Open);
