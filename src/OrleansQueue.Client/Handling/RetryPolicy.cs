using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// What becomes of messages of a queue group whose handler threw a certain exception; see <see cref="QueueHandlerOptions.On{TException}(RetryPolicy)"/>.
/// It goes by the delivery count that the group keeps, so it goes on where it was whoever is started anew in between, handler or broker.
/// </summary>
public sealed record RetryPolicy
{
    /// <summary>No second try, for what is not better the next time.</summary>
    public static RetryPolicy DeadLetterAtOnce { get; } = new() { MaxDeliveries = 1 };

    /// <summary>
    /// At which delivery a message that fails is dead-lettered; deliveries that failed otherwise count, too. The group's own
    /// <see cref="QueueSettings.MaxDeliveries"/> stays the upper bound. Default: 10, as for groups; 1 to 1,000.
    /// </summary>
    public int MaxDeliveries { get; init; } = 10;

    /// <summary>How long a message that was delivered once waits for its next delivery; twice as long after each further one, give or take 20 %. Default: 1 s, as for groups; 0 to 7 d.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait, give or take 20 %, but never more than 7 d. Default: 5 min, as for groups; from <see cref="Backoff"/> to 7 d.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What is wrong with the policy, or null. It may be whatever the policy of a group may be.</summary>
    public Refusal? Check() => new QueueSettings { MaxDeliveries = MaxDeliveries, Backoff = Backoff, MaxBackoff = MaxBackoff }.Check();

    /// <summary>How long a message waits that failed at a delivery.</summary>
    /// <param name="deliveryCount">Which one it was, counted from 1.</param>
    /// <param name="offset">Where the message lies.</param>
    internal TimeSpan WaitAfter(int deliveryCount, Offset offset)
    {
        // Brokers refuse longer delays, which 20 % more than the longest backoff would be.
        var wait = Queues.Backoff.After(deliveryCount, offset.Value, Backoff, MaxBackoff);
        return wait < RetryLaterException.Longest ? wait : RetryLaterException.Longest;
    }
}
