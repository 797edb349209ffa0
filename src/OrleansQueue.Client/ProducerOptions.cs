namespace OrleansQueue.Client;

/// <summary>How a producer sends.</summary>
public sealed record ProducerOptions
{
    private const int LeastBatchBytes = 1 << 10;
    private const int MostBatchBytes = 1 << 20;

    /// <summary>The size at which a batch is full, 1 KiB to 1 MiB; one larger message is a batch of its own. Default: 256 KiB, the size of the highest throughput.</summary>
    public int BatchBytes { get; init; } = 256 << 10;

    /// <summary>
    /// How many bytes may wait to be sent or acknowledged before publishes wait, in the order in which they were made. Default:
    /// 32 MiB. The publish that reaches the limit is still taken.
    /// </summary>
    public long BufferBytes { get; init; } = 32 << 20;

    /// <summary>How long a publish may take in all, until it ends with a receipt or an exception. Default: 120 s.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long dispose waits for what was published before it gives the rest up. Default: 25 s, within the 30 s that hosts give a stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Decides between partitions for messages without a key. Default: a random number; the same seed makes the same choices.</summary>
    public int? Seed { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => this switch
    {
        { BatchBytes: < LeastBatchBytes or > MostBatchBytes } => Refusal.Of("batch bytes", BatchBytes, $"{LeastBatchBytes} to {MostBatchBytes}"),
        { BufferBytes: < 1 } => Refusal.Of("buffer bytes", BufferBytes, "1 or more"),
        _ when DeliveryTimeout <= TimeSpan.Zero => Refusal.OfText("delivery timeout", DeliveryTimeout.ToString(), "more than 0"),
        _ when DrainTimeout < TimeSpan.Zero => Refusal.OfText("drain timeout", DrainTimeout.ToString(), "0 or more"),
        _ => null,
    };
}
