using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>Settings of the log on blobs.</summary>
internal sealed record BlobLogOptions
{
    /// <summary>What levels of the formats are read and written. Default: all that this version knows are read, and the newest is written.</summary>
    public FormatLevels Levels { get; init; } = new();

    /// <summary>
    /// A blob is ended and the next one begun when it has so many blocks, one for each append. Azure takes 50,000 (Append Block, REST API). Default: 45,000, so that
    /// appends that are repeated find room too.
    /// </summary>
    public int MaxBlocks { get; init; } = 45_000;

    /// <summary>The most that is read at once for a reader that goes on where it was. Default: 4 MiB.</summary>
    public int MaxReadAhead { get; init; } = 4 << 20;

    /// <summary>What is kept of bytes that were read ahead, for all logs of the store. Default: 64 MiB.</summary>
    public long ReadAheadBytes { get; init; } = 64 << 20;
}
