namespace OrleansQueue.Broker;

/// <summary>What to read of a partition, and how long to wait for it.</summary>
/// <param name="From">Where to read on; its epoch lets the broker notice records that were lost since.</param>
public sealed record FetchRequest(Position From)
{
    /// <summary>The most that an answer may hold, unless its first batch alone is larger. Default: 1 MiB.</summary>
    public const int DefaultMaxBytes = 1 << 20;

    /// <summary>The longest that a broker keeps a fetch waiting: longer would hold up a silo that wants to stop.</summary>
    public static TimeSpan LongestWait { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that the answer may hold, unless its first batch alone is larger. The broker takes <see cref="DefaultMaxBytes"/> where it is more.</summary>
    public int MaxBytes { get; init; } = DefaultMaxBytes;

    /// <summary>The most records that the answer may select. Default: no limit but the bytes.</summary>
    public int MaxRecords { get; init; } = int.MaxValue;

    /// <summary>How long to wait where there is nothing yet. Default: not at all. The broker takes <see cref="LongestWait"/> where it is more.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.Zero;

    /// <summary>What is wrong with the request, or null.</summary>
    public Refusal? Check() => this switch
    {
        { From.Offset.Value: < 0 } => Refusal.Of("fetch offset", From.Offset.Value, "0 or more"),
        { MaxBytes: < 1 } => Refusal.Of("fetch max bytes", MaxBytes, "1 or more"),
        { MaxRecords: < 1 } => Refusal.Of("fetch max records", MaxRecords, "1 or more"),
        _ when MaxWait < TimeSpan.Zero => Refusal.OfText("fetch max wait", MaxWait.ToString(), "0 or more"),
        _ => null,
    };
}

/// <summary>Offsets from the first up to, and not with, the end.</summary>
/// <param name="First">The first of them.</param>
/// <param name="End">The one behind the last.</param>
public readonly record struct OffsetRange(Offset First, Offset End)
{
    /// <summary>Whether an offset is one of them.</summary>
    public bool Contains(Offset offset) => offset >= First && offset < End;
}

/// <summary>What a fetch found.</summary>
public abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>Whole batches, or none where nothing came in time.</summary>
    /// <param name="Parts">
    /// The bytes of the batches one behind the other; a part may end within a batch. They belong to the broker and must not be
    /// changed. The first batch may begin before the offset that was asked for.
    /// </param>
    /// <param name="Selection">The offsets among them that are meant for the reader.</param>
    /// <param name="Next">Where to read on; it may be committed even when nothing was selected.</param>
    /// <param name="LogStart">The first offset that the partition still has.</param>
    /// <param name="LastStable">Below it no record belongs to an open transaction.</param>
    /// <param name="HighWatermark">The end of what readers may see.</param>
    public sealed record Fetched(
        IReadOnlyList<ReadOnlyMemory<byte>> Parts, IReadOnlyList<OffsetRange> Selection, Position Next, Offset LogStart, Offset LastStable, Offset HighWatermark)
        : FetchResult;

    /// <summary>The position belongs to another topic, perhaps one of the same name that was deleted.</summary>
    /// <param name="Current">The id of the topic now.</param>
    public sealed record TopicReplaced(TopicId Current) : FetchResult;

    /// <summary>Records that the reader has read were lost or replaced; reading can go on at the last place that both have in common.</summary>
    /// <param name="LastCommon">That place.</param>
    public sealed record Diverged(Position LastCommon) : FetchResult;

    /// <summary>Retention overtook the position; reading can go on where the partition starts now.</summary>
    /// <param name="LogStart">That place.</param>
    public sealed record Overtaken(Position LogStart) : FetchResult;

    /// <summary>The owner that was asked is no owner any more; asking again reaches the new one.</summary>
    public sealed record Fenced : FetchResult;

    /// <summary>More fetches wait than the partition takes, or the records asked for are half deleted; worth another try after that time.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record Throttled(TimeSpan After) : FetchResult;

    /// <summary>There is no such topic, or it has no such partition.</summary>
    public sealed record UnknownPartition : FetchResult;

    /// <summary>The stored bytes at the position are damaged.</summary>
    /// <param name="Reason">The file, the place and what is wrong there.</param>
    public sealed record Damaged(string Reason) : FetchResult;

    /// <summary>The request is bad.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : FetchResult;
}
