namespace OrleansQueue.Storage.Files;

/// <summary>Settings of the file store. Sizes are bytes.</summary>
internal sealed record FileStoreOptions
{
    /// <summary>The folder of the store; made where it does not exist.</summary>
    public required string Path { get; init; }

    /// <summary>The identity that a new store gets; an existing one keeps its own.</summary>
    public required StoreId NewId { get; init; }

    /// <summary>What levels of the formats are read and written. Default: all that this version knows are read, and the newest is written.</summary>
    public FormatLevels Levels { get; init; } = new();

    /// <summary>The clock for names of cut tails and for the synced marks.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// The largest commit that goes through the shared write-ahead file, where one sync serves every log that waits. A larger
    /// one is written and synced in its segment alone, since writing it twice would cost more than a sync. 0 turns the
    /// write-ahead file off. Default: 64 KiB; measured in docs/decisions/0002.
    /// </summary>
    public int WriteAheadMaxCommitBytes { get; init; } = 64 << 10;

    /// <summary>
    /// Whether commits that are too large for the write-ahead file may go around the system's page cache, which then does not hold
    /// them: cheaper to write, while a reader that is behind the tail cache has them read from the disk. Default: true; measured
    /// in docs/decisions/0003.
    /// </summary>
    public bool WriteAroundPageCache { get; init; } = true;

    /// <summary>The size of one write-ahead file. A full one is given free when the segments behind it are synced. Default: 32 MiB, replayed in a fraction of a second.</summary>
    public int WriteAheadFileBytes { get; init; } = 32 << 20;

    /// <summary>How many writes may block on the disk at once. Default: 4, enough to keep an SSD busy and few enough not to crowd it.</summary>
    public int WriteThreads { get; init; } = 4;

    /// <summary>How many reads may block on the disk at once. Default: 4.</summary>
    public int ReadThreads { get; init; } = 4;

    /// <summary>How many files stay open, the ones least lately used being closed. Default: 128, far below the limits of common systems.</summary>
    public int MaxOpenFiles { get; init; } = 128;
}
