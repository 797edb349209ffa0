using OrleansQueue.Batches;

namespace OrleansQueue.Log;

/// <summary>Settings of one partition's log. Sizes are bytes.</summary>
internal sealed record PartitionLogOptions
{
    /// <summary>The log in its store.</summary>
    public required LogId Log { get; init; }

    /// <summary>What an acknowledged batch survives. Default: <see cref="Durability.Fsync"/>.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>What a batch may hold.</summary>
    public BatchLimits Limits { get; init; } = BatchLimits.Default;

    /// <summary>What the topic asks of a batch.</summary>
    public BatchPolicy Policy { get; init; } = new();

    /// <summary>
    /// A segment is ended before it grows past this. Default: 256 MiB, so that opening a log, which reads its last segment,
    /// takes a fraction of a second, and retention by bytes stays close to what was asked for.
    /// </summary>
    public long SegmentBytes { get; init; } = 256 << 20;

    /// <summary>A segment is ended when its first batch is older than this. Default: 1 day, so that retention by time is late by a day at most.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Where the store uses checkpoints, one is kept when so many bytes came since the last: the most that a next owner walks. Default: 8 MiB, a fraction of a second
    /// of a storage that is far away; the checkpoint of a full segment takes a fiftieth of that.
    /// </summary>
    public long CheckpointBytes { get; init; } = 8 << 20;

    /// <summary>As <see cref="CheckpointBytes"/>, when so many commits came. Default: 500.</summary>
    public int CheckpointCommits { get; init; } = 500;

    /// <summary>Distance of index entries. Default: 32 KiB; a read begins at most that far too early.</summary>
    public int IndexEveryBytes { get; init; } = 32 << 10;

    /// <summary>Newest batches kept in memory for readers at the end. Default: 4 MiB, four answers of the largest size.</summary>
    public int TailCacheBytes { get; init; } = 4 << 20;

    /// <summary>What the newest batches of all partitions may take together. Default: no limit.</summary>
    public MemoryBudget TailCacheBudget { get; init; } = MemoryBudget.Unlimited;

    /// <summary>
    /// Batches that may wait to be written; more is throttled. As much again may wait for batches before them; more of those is
    /// answered as out of order. Default: 32 MiB, four commits.
    /// </summary>
    public int MaxPendingBytes { get; init; } = 32 << 20;

    /// <summary>What a throttled producer is told to wait. Default: 50 ms, about the time in which a slow disk takes a commit.</summary>
    public TimeSpan ThrottleTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a batch that came before its predecessor waits for it. Default: 1 s.</summary>
    public TimeSpan ParkTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an idle producer is remembered. Default: 1 day, far longer than any producer sends a batch again.</summary>
    public TimeSpan ProducerExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long the log waits after a failed write before it opens itself again. Default: 1 s.</summary>
    public TimeSpan RetryAfterFailure { get; init; } = TimeSpan.FromSeconds(1);
}
