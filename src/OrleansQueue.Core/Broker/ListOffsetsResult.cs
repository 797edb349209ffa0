namespace OrleansQueue.Broker;

/// <summary>Which place of a partition is asked for.</summary>
public abstract record OffsetQuery
{
    private OffsetQuery()
    {
    }

    /// <summary>The first record that the partition still has.</summary>
    public sealed record Earliest : OffsetQuery;

    /// <summary>Behind the last record that readers may see.</summary>
    public sealed record Latest : OffsetQuery;

    /// <summary>The first record that is as late as a time; behind the last record where none is.</summary>
    /// <param name="Time">The time.</param>
    public sealed record AtTime(Timestamp Time) : OffsetQuery;

    /// <summary>Behind the last record of an owner's epoch, or of the last epoch before it.</summary>
    /// <param name="Epoch">The epoch.</param>
    public sealed record EndOfEpoch(Epoch Epoch) : OffsetQuery;

    /// <summary>A place by its offset, with the epoch that a reader who begins there should name.</summary>
    /// <param name="Offset">The offset.</param>
    public sealed record At(Offset Offset) : OffsetQuery;
}

/// <summary>Where the place is.</summary>
public abstract record ListOffsetsResult
{
    private ListOffsetsResult()
    {
    }

    /// <summary>The place.</summary>
    /// <param name="Position">Where to read from.</param>
    public sealed record Found(Position Position) : ListOffsetsResult;

    /// <summary>The owner that was asked is no owner any more; asking again reaches the new one.</summary>
    public sealed record Fenced : ListOffsetsResult;

    /// <summary>There is no such topic, or it has no such partition.</summary>
    public sealed record UnknownPartition : ListOffsetsResult;

    /// <summary>Stored bytes that the search had to read are damaged.</summary>
    /// <param name="Reason">The file, the place and what is wrong there.</param>
    public sealed record Damaged(string Reason) : ListOffsetsResult;
}

/// <summary>How a partition stands.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="LogStart">The first offset that it still has.</param>
/// <param name="LastStable">Below it no record belongs to an open transaction.</param>
/// <param name="HighWatermark">The end of what readers may see.</param>
/// <param name="SizeInBytes">Bytes of its batches as stored.</param>
/// <param name="Epoch">Its owner's epoch.</param>
/// <param name="Owner">The silo that owns it, as people know it.</param>
/// <param name="Damage">What keeps it from being written, or null.</param>
/// <param name="HeldBy">The queue group for which its oldest records stay past their retention, or null.</param>
public sealed record PartitionStatus(
    Partition Partition, Offset LogStart, Offset LastStable, Offset HighWatermark, long SizeInBytes, Epoch Epoch, string Owner, string? Damage, string? HeldBy = null);
