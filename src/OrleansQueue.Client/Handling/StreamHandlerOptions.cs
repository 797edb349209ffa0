namespace OrleansQueue.Client;

/// <summary>What becomes of a message that still fails after its last attempt, or cannot be read.</summary>
public enum OnFailure
{
    /// <summary>
    /// It goes to the group's dead-letter topic, once, and the partition goes on. The default. A batch that cannot be opened, for
    /// example in a codec of others, goes there whole as one message: its value is the batch as it is stored, and its content
    /// type says so. Where such a batch is larger than a message may be, or is damaged, its partition stops as with <see cref="Pause"/>.
    /// </summary>
    DeadLetter,

    /// <summary>Its partition stops at it until the group is resumed; the others go on.</summary>
    Pause,

    /// <summary>It is passed over, logged and counted.</summary>
    Skip,
}

/// <summary>How the handlers of a stream group work. They hold for the whole group on this host; who registers several handlers of one group sets them together.</summary>
public sealed class StreamHandlerOptions
{
    /// <summary>How the group's member reads.</summary>
    public ConsumerOptions Consumer { get; set; } = new();

    /// <inheritdoc cref="ConsumerOptions.Start"/>
    public StartAt StartAt
    {
        get => Consumer.Start;
        set => Consumer = Consumer with { Start = value };
    }

    /// <inheritdoc cref="ConsumerOptions.MemberId"/>
    public string? MemberId
    {
        get => Consumer.MemberId;
        set => Consumer = Consumer with { MemberId = value };
    }

    /// <inheritdoc cref="ConsumerOptions.OnGap"/>
    public OnGap OnGap
    {
        get => Consumer.OnGap;
        set => Consumer = Consumer with { OnGap = value };
    }

    /// <summary>
    /// How many messages (or batches) of different partitions are processed at once. Default: four for each processor, since
    /// handlers mostly wait for other machines; more would rarely find more partitions.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount * 4;

    /// <summary>How often a message is tried in all, at least once. Default: 5. One that cannot be read is not tried again.</summary>
    public int Attempts { get; set; } = 5;

    /// <summary>How long the partition waits after the first failure of a message; doubled at each further one. Default: 0.2 s.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest wait between two attempts. Default: 10 s.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What becomes of a message after its last attempt, or of one that cannot be read. Default: it is dead-lettered.</summary>
    public OnFailure OnFailure { get; set; }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => Consumer.Check() ?? this switch
    {
        { MaxConcurrency: < 1 } => Refusal.Of("max concurrency", MaxConcurrency, "1 or more"),
        { Attempts: < 1 } => Refusal.Of("attempts", Attempts, "1 or more"),
        _ when FirstRetry < TimeSpan.Zero => Refusal.OfText("first retry", FirstRetry.ToString(), "0 or more"),
        _ when LongestRetry < FirstRetry => Refusal.OfText("longest retry", LongestRetry.ToString(), $"{FirstRetry}, the first retry, or more"),
        { OnFailure: < OnFailure.DeadLetter or > OnFailure.Skip } => Refusal.Of("on failure", (long)OnFailure, "dead letter, pause or skip"),
        { Consumer.Delivery: not DeliveryMode.AtLeastOnce } => Refusal.OfText("delivery mode", Consumer.Delivery.ToString(), "at least once, for handlers"),
        _ => null,
    };

    /// <summary>How long to wait after an attempt, counted from 1.</summary>
    internal TimeSpan WaitAfter(int attempt) => TimeSpan.FromTicks((long)Math.Min(LongestRetry.Ticks, FirstRetry.Ticks * Math.Pow(2, attempt - 1)));
}

/// <summary>How a handler of batches gets them.</summary>
public sealed class StreamBatchHandlerOptions
{
    /// <summary>The options of the group.</summary>
    public StreamHandlerOptions Group { get; internal init; } = new();

    /// <summary>The most messages of a batch. Default: 100.</summary>
    public int MaxMessages { get; set; } = 100;

    /// <summary>How long the first message of a batch waits for more. Default: 200 ms; zero takes what is there.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => new BatchShape(MaxMessages, MaxWait).Check() ?? Group.Check();
}
