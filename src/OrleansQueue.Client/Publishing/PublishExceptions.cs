namespace OrleansQueue.Client;

/// <summary>
/// The message was not stored. Of all exceptions of a publish only <see cref="PublishOutcomeUnknownException"/> and the
/// <see cref="OperationCanceledException"/> of a message that was already on its way leave that open.
/// </summary>
public class PublishRefusedException : Exception
{
    /// <summary>The message was refused for <paramref name="reason"/>.</summary>
    public PublishRefusedException(Refusal reason, Exception? inner = null)
        : base($"Nothing was stored: {reason}", inner) => Reason = reason;

    /// <summary>The field that is wrong, its value and what would have been allowed.</summary>
    public Refusal Reason { get; }
}

/// <summary>The partition holds as many bytes as its topic allows, and the topic refuses more until retention makes room.</summary>
public sealed class TopicFullException : PublishRefusedException
{
    /// <summary>The partition is full at <paramref name="limitBytes"/>.</summary>
    public TopicFullException(string topic, Partition partition, long limitBytes)
        : base(new Refusal("partition size", $"full in partition {partition} of topic {topic}", $"{limitBytes} bytes, as the topic says")) =>
        LimitBytes = limitBytes;

    /// <summary>What the topic allows a partition.</summary>
    public long LimitBytes { get; }
}

/// <summary>The message was given up before the broker took it: time ran out while nothing could be stored, or the producer was disposed.</summary>
public sealed class PublishNotSentException : PublishRefusedException
{
    /// <summary>The message was given up because of <paramref name="reason"/>.</summary>
    public PublishNotSentException(Refusal reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}

/// <summary>Another producer took over the identity of this one, which is of no use any more. Open a new producer.</summary>
public sealed class ProducerFencedException : PublishRefusedException
{
    /// <summary>The epoch <paramref name="own"/> was fenced by <paramref name="current"/>.</summary>
    public ProducerFencedException(ProducerEpoch own, ProducerEpoch current)
        : base(Refusal.Of("producer epoch", own.Value, $"{current.Value}, which another producer has taken")) => Current = current;

    /// <summary>The epoch that took over.</summary>
    public ProducerEpoch Current { get; }
}

/// <summary>
/// Nobody knows whether the message is stored: no answer came in time, or the broker forgot what it knew of the producer
/// while an answer was missing. The producer goes on under a new epoch, so the message is not stored later by surprise once
/// a newer one was. Publishing it again may store it twice.
/// </summary>
public sealed class PublishOutcomeUnknownException : Exception
{
    /// <summary>The outcome is unknown for the reason that <paramref name="message"/> gives.</summary>
    public PublishOutcomeUnknownException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
