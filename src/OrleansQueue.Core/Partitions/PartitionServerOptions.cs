using OrleansQueue.Batches;

namespace OrleansQueue.Partitions;

/// <summary>Settings that all partitions of a process share. Sizes are bytes.</summary>
internal sealed record PartitionServerOptions
{
    /// <summary>What a batch may hold.</summary>
    public BatchLimits Limits { get; init; } = BatchLimits.Default;

    /// <summary>A segment is ended before it grows past this. Default: 256 MiB.</summary>
    public long SegmentBytes { get; init; } = 256 << 20;

    /// <summary>Where the store uses checkpoints, a next owner walks so many commits at most. Default: 500.</summary>
    public int CheckpointCommits { get; init; } = 500;

    /// <summary>The most fetches that wait at one partition; more are throttled. Default: 10,000, some 10 MB of waits.</summary>
    public int MaxWaitingFetches { get; init; } = 10_000;

    /// <summary>What a throttled fetch is told to wait. Default: 100 ms.</summary>
    public TimeSpan ThrottleTime { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What batches on their way to the disk may take in all partitions together; more is throttled. Default: 128 MiB.</summary>
    public MemoryBudget AppendBudget { get; init; } = new(128 << 20);

    /// <summary>What the newest batches may take in all partitions together. Default: 128 MiB.</summary>
    public MemoryBudget TailCacheBudget { get; init; } = new(128 << 20);

    /// <summary>The name of the silo, for people.</summary>
    public string Owner { get; init; } = "in process";
}
