using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>How a group stands, and how far it is behind.</summary>
/// <param name="Group">The group as the broker describes it.</param>
/// <param name="Partitions">Its partitions, by topic name and number.</param>
public sealed record GroupStatus(GroupDescription Group, IReadOnlyList<GroupPartitionStatus> Partitions);

/// <summary>How far a group is behind in a partition.</summary>
/// <param name="Partition">The partition as the group sees it.</param>
/// <param name="End">The end of what readers may see; null where the partition does not answer or is gone.</param>
/// <param name="LagTime">
/// How long the next message of the group has been waiting since its append; zero where none is waiting; null where that is not
/// known: the partition does not answer, or its topic keeps the producers' timestamps.
/// </param>
/// <param name="Queue">How the partition stands for a queue group; null for a stream group, and where the partition does not answer.</param>
public sealed record GroupPartitionStatus(GroupPartition Partition, Offset? End, TimeSpan? LagTime, QueueStatus? Queue = null)
{
    /// <summary>The offset below which everything is finished: what is committed, or what a queue group has settled without a gap.</summary>
    public Offset Finished => Queue?.Finished ?? Partition.Committed.Offset;

    /// <summary>The distance from <see cref="Finished"/> to the end; null where the end is not known. Offsets have gaps, so there may be fewer messages.</summary>
    public long? Lag => End is { } end ? Math.Max(0, end.Value - Finished.Value) : null;

    /// <summary>
    /// How many messages of a queue group may be leased now, at most: those that it knows of, and the distance from there to the end, which
    /// has gaps where offsets are no messages. Null for a stream group, and where that is not known.
    /// </summary>
    public long? Available => Queue is { } queue && End is { } end ? queue.Available + Math.Max(0, end.Value - queue.Examined.Value) : null;
}

/// <summary>What a reset of a group would do, or did.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Moves">Each partition of the topic that the group reads, in their order.</param>
public sealed record ResetPlan(string Group, string Topic, IReadOnlyList<PartitionMove> Moves);

/// <summary>Where a partition is read on before and after a reset.</summary>
/// <param name="From">The committed position; of a queue group the place below which everything is settled.</param>
/// <param name="To">The new one; a smaller offset means that messages come again, a larger one that they are passed over.</param>
public sealed record PartitionMove(Position From, Position To);

/// <summary>A group that was asked to be there.</summary>
/// <param name="Group">The group.</param>
/// <param name="IsNew">Whether it was created; otherwise it was there already and was not changed.</param>
public sealed record CreatedGroup(GroupDescription Group, bool IsNew);
