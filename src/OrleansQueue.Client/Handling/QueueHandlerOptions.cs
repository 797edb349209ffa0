using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>How the handlers of a queue group work. They hold for the whole group on this host; who registers several handlers of one group sets them together.</summary>
public sealed class QueueHandlerOptions
{
    /// <summary>How the group's member takes messages.</summary>
    public QueueConsumerOptions Consumer { get; set; } = new();

    /// <inheritdoc cref="QueueConsumerOptions.NewGroup"/>
    public QueueSettings NewGroup
    {
        get => Consumer.NewGroup;
        set => Consumer = Consumer with { NewGroup = value };
    }

    /// <inheritdoc cref="QueueConsumerOptions.Start"/>
    public StartAt StartAt
    {
        get => Consumer.Start;
        set => Consumer = Consumer with { Start = value };
    }

    /// <inheritdoc cref="QueueConsumerOptions.MemberId"/>
    public string? MemberId
    {
        get => Consumer.MemberId;
        set => Consumer = Consumer with { MemberId = value };
    }

    /// <inheritdoc cref="QueueConsumerOptions.Prefetch"/>
    public int Prefetch
    {
        get => Consumer.Prefetch;
        set => Consumer = Consumer with { Prefetch = value };
    }

    /// <inheritdoc cref="QueueConsumerOptions.MaxProcessingTime"/>
    public TimeSpan MaxProcessingTime
    {
        get => Consumer.MaxProcessingTime;
        set => Consumer = Consumer with { MaxProcessingTime = value };
    }

    /// <inheritdoc cref="QueueConsumerOptions.Delivery"/>
    public DeliveryMode Delivery
    {
        get => Consumer.Delivery;
        set => Consumer = Consumer with { Delivery = value };
    }

    /// <summary>
    /// How many messages (or batches) are processed at once, whatever their partitions. Default: four for each processor, since
    /// handlers mostly wait for other machines.
    /// </summary>
    public int Concurrency { get; set; } = Environment.ProcessorCount * 4;

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => Concurrency < 1 ? Refusal.Of("concurrency", Concurrency, "1 or more") : Consumer.Check();
}

/// <summary>How a handler of batches of a queue group gets them.</summary>
public sealed class QueueBatchHandlerOptions
{
    /// <summary>The options of the group.</summary>
    public QueueHandlerOptions Group { get; internal init; } = new();

    /// <summary>The most messages of a batch. Default: 100. More than the group prefetches are never there at once.</summary>
    public int MaxMessages { get; set; } = 100;

    /// <summary>How long the first message of a batch waits for more. Default: 200 ms; zero takes what is there.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => new BatchShape(MaxMessages, MaxWait).Check() ?? Group.Check();
}
