namespace OrleansQueue.Batches;

/// <summary>What a batch may hold. All sizes are bytes.</summary>
public sealed record BatchLimits
{
    /// <summary>The limits that hold where nobody set others.</summary>
    public static BatchLimits Default { get; } = new();

    /// <summary>What dead letters may hold: a message of the largest size, with the headers that tell of its failures.</summary>
    internal static BatchLimits DeadLetters { get; } = new()
    {
        MaxMessageBytes = (1 << 20) + (128 << 10),
        MaxBatchBytes = 4 << 20,
        MaxHeaders = 1024,
        MaxHeaderBytes = 192 << 10,
    };

    /// <summary>
    /// Key, value and headers of one message before compression. Default: 1 MiB, which keeps one message from holding up the
    /// connection that it shares with others.
    /// </summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>A batch as stored. Default: 2 MiB, the largest message with room for what goes with it.</summary>
    public int MaxBatchBytes { get; init; } = 2 << 20;

    /// <summary>The records of a compressed batch once opened. Default: 16 MiB, so that a decompression bomb stays small.</summary>
    public int MaxOpenedBytes { get; init; } = 16 << 20;

    /// <summary>The key of one message. Default: 64 KiB.</summary>
    public int MaxKeyBytes { get; init; } = 64 << 10;

    /// <summary>How many headers one message may have. Default: 256.</summary>
    public int MaxHeaders { get; init; } = 256;

    /// <summary>Names and values of one message's headers together. Default: 64 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = 64 << 10;

    /// <summary>How far ahead of the silo's clock a producer's timestamp may lie. Default: 1 hour, enough for clocks that drift.</summary>
    public TimeSpan MaxTimestampAhead { get; init; } = TimeSpan.FromHours(1);
}
