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

    /// <summary>What holds for exceptions of certain types.</summary>
    internal RetryPolicies Retries { get; } = new();

    /// <summary>
    /// Has messages whose handler throws <typeparamref name="TException"/>, or an exception derived from it, follow a policy of their own in
    /// place of the group's. Of several policies that of the most derived type holds, so one for <see cref="Exception"/> takes what no
    /// other takes; what was said of a type before is replaced.
    /// </summary>
    /// <remarks>
    /// A message is dead-lettered with the reason <c>max-deliveries</c>, as by the group, when it was delivered as often as the policy or the
    /// group allows; it comes again after the policy's wait before. <see cref="RejectMessageException"/> and <see cref="RetryLaterException"/> keep
    /// their meaning whatever is said here. An <see cref="AggregateException"/> of one exception and a
    /// <see cref="System.Reflection.TargetInvocationException"/> count as what they hold. Of a batch each message follows its own exception,
    /// see <see cref="BatchFailedException"/>; where it was cancelled because one of its messages was lost, the others follow the group.
    /// </remarks>
    /// <typeparam name="TException">What is thrown.</typeparam>
    /// <param name="policy">What becomes of the message.</param>
    /// <returns>These options.</returns>
    /// <example><code>
    /// options.On&lt;TimeoutException&gt;(new RetryPolicy { MaxDeliveries = 3, Backoff = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromMinutes(1) })
    ///     .On&lt;ValidationException&gt;(RetryPolicy.DeadLetterAtOnce);
    /// </code></example>
    public QueueHandlerOptions On<TException>(RetryPolicy policy)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(policy);
        Retries.Add(typeof(TException), policy);
        return this;
    }

    /// <summary>As <see cref="On{TException}(RetryPolicy)"/>, with a policy for each message.</summary>
    /// <param name="choose">
    /// Chooses it by the exception and the message; null for the group's own. Where it throws, or chooses what is out of its range, that is
    /// logged and the message follows the group. It is called wherever handlers run, several at once.
    /// </param>
    /// <inheritdoc cref="On{TException}(RetryPolicy)"/>
    public QueueHandlerOptions On<TException>(Func<TException, MessageContext, RetryPolicy?> choose)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(choose);
        Retries.Add(choose);
        return this;
    }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => this switch
    {
        { Concurrency: < 1 } => Refusal.Of("concurrency", Concurrency, "1 or more"),
        { Delivery: DeliveryMode.AtMostOnce, Retries.Count: > 0 } => Refusal.Of("retry policies", Retries.Count, "none with delivery at most once, which tries nothing again"),
        _ => Retries.Check() ?? Consumer.Check(),
    };
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
