using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a reader does where records that it should have read are no longer there.</summary>
public enum OnGap
{
    /// <summary>It reports the gap and goes on behind it. The default.</summary>
    Continue = 0,

    /// <summary>It throws <see cref="ReaderGapException"/>. For readers without a group.</summary>
    Stop = 1,

    /// <summary>The partition stops for the group, behind the gap, until the group is resumed; the others go on. For consumers of a group.</summary>
    Pause = 2,
}

/// <summary>What a reader reads, and how.</summary>
public sealed record ReaderOptions
{
    internal const int LeastReadAhead = 64 << 10;

    /// <summary>Where to begin. Default: <see cref="StartAt.End"/>. Partitions that are added later are read from their beginning.</summary>
    public StartAt Start { get; init; } = StartAt.End;

    /// <summary>The one partition to read. Default: all of them.</summary>
    public Partition? Partition { get; init; }

    /// <summary>The most bytes of one answer, unless its first batch alone is larger. Default: 1 MiB, which brokers do not exceed either.</summary>
    public int MaxBytes { get; init; } = FetchRequest.DefaultMaxBytes;

    /// <summary>
    /// How many bytes all partitions together may read ahead. Default: 64 MiB. With more than 64 partitions each asks for less
    /// at a time, down to 64 KiB.
    /// </summary>
    public int ReadAheadBytes { get; init; } = 64 << 20;

    /// <summary>Whether the record reader shows messages whose time to live is over, too. Default: false.</summary>
    public bool IncludeExpired { get; init; }

    /// <summary>What to do at a gap. Default: go on.</summary>
    public OnGap OnGap { get; init; }

    /// <summary>Is told of each gap, one at a time for each partition, before reading goes on. Default: nobody.</summary>
    public Action<ReaderGap>? GapFound { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => this switch
    {
        { MaxBytes: < 1 } => Refusal.Of("reader max bytes", MaxBytes, "1 or more"),
        { ReadAheadBytes: < LeastReadAhead } => Refusal.Of("reader read-ahead bytes", ReadAheadBytes, $"{LeastReadAhead} or more"),
        { OnGap: < OnGap.Continue or > OnGap.Stop } => Refusal.Of("on gap", (long)OnGap, "continue or stop"),
        { Partition.Number: < 0 } => Refusal.Of("reader partition", Partition.Value.Number, "0 or more"),
        { Start.IsOfOnePartition: true, Partition: null } => Refusal.OfText("reader partition", "none", "the one whose offset is named"),
        { Start.Known: { } known } when known.Partition != Partition => Refusal.Of("reader partition", Partition!.Value.Number, $"{known.Partition}, which the position names"),
        _ => null,
    };

    /// <summary>What one partition asks for at a time.</summary>
    internal int BytesOfOne(int partitions) => BytesOfOne(MaxBytes, ReadAheadBytes, partitions);

    /// <summary>What one of several partitions asks for at a time, so that they hold no more than <paramref name="readAhead"/> together.</summary>
    internal static int BytesOfOne(int most, int readAhead, int partitions) => Math.Min(most, Math.Max(LeastReadAhead, readAhead / Math.Max(1, partitions)));
}
