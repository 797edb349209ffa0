namespace OrleansQueue.Client;

/// <summary>A message that is being processed, with everything that is known of it but its content.</summary>
public abstract class MessageContext
{
    private protected MessageContext(Delivery raw, string group, int attempt)
    {
        Raw = raw;
        Group = group;
        Attempt = attempt;
    }

    /// <summary>The message as bytes.</summary>
    public Delivery Raw { get; }

    /// <summary>The group that processes it.</summary>
    public string Group { get; }

    /// <summary>How often it is tried, counted from 1: by this member since it got the message, or by a queue group, which counts deliveries.</summary>
    public int Attempt { get; }

    /// <summary>How often a queue group delivered it, this time included. A stream group does not keep count; there it is <see cref="Attempt"/>.</summary>
    public int DeliveryCount => Held?.DeliveryCount ?? Attempt;

    /// <summary>Whether it was a dead letter that a queue group redrove. Its <see cref="Offset"/> then is its place among those.</summary>
    public bool IsRedriven => Held?.Lease.IsRedriven ?? false;

    /// <summary>The lease that a member of a queue group holds it under; null for one of a stream group.</summary>
    internal QueueMessage? Held { get; set; }

    /// <inheritdoc cref="Delivery.Topic"/>
    public string Topic => Raw.Topic;

    /// <inheritdoc cref="Delivery.Partition"/>
    public Partition Partition => Raw.Partition;

    /// <inheritdoc cref="Delivery.Offset"/>
    public Offset Offset => Raw.Offset;

    /// <inheritdoc cref="Delivery.Timestamp"/>
    public Timestamp Timestamp => Raw.Timestamp;

    /// <inheritdoc cref="Delivery.Key"/>
    public ReadOnlyMemory<byte>? Key => Raw.Key;

    /// <summary>The key as text, null for none. Bytes that are no UTF-8 become U+FFFD.</summary>
    public string? KeyText => Key is { } key ? System.Text.Encoding.UTF8.GetString(key.Span) : null;

    /// <inheritdoc cref="Delivery.Headers"/>
    public IReadOnlyList<MessageHeader> Headers => Raw.Headers;

    /// <inheritdoc cref="Delivery.MessageId"/>
    public string MessageId => Raw.MessageId;

    /// <inheritdoc cref="Delivery.IsTombstone"/>
    public bool IsTombstone => Raw.IsTombstone;

    /// <inheritdoc cref="Delivery.ExpiresAt"/>
    public DateTimeOffset? ExpiresAt => Raw.ExpiresAt;

    /// <inheritdoc cref="PublishOptions.CorrelationId"/>
    public string? CorrelationId => Raw.Find(HeaderNames.CorrelationId)?.Text;

    /// <inheritdoc cref="PublishOptions.ReplyTo"/>
    public string? ReplyTo => Raw.Find(HeaderNames.ReplyTo)?.Text;

    /// <summary>
    /// The handler gets on with it: the time that a message of a queue group may be in hand, <see cref="QueueConsumerOptions.MaxProcessingTime"/>,
    /// begins anew. Messages of stream groups have no such limit, and nothing happens.
    /// </summary>
    public void ReportProgress()
    {
        if (Held is { } held)
        {
            held.Member.Touch(held);
        }
    }
}

/// <summary>A message that is being processed.</summary>
/// <typeparam name="T">Its content.</typeparam>
public sealed class MessageContext<T> : MessageContext
{
    private readonly T? _message;

    internal MessageContext(Delivery raw, string group, int attempt, T? message)
        : base(raw, group, attempt) => _message = message;

    /// <summary>The content; read anew for each attempt.</summary>
    /// <exception cref="InvalidOperationException">The message is a tombstone, which has none; see <see cref="MessageContext.IsTombstone"/>.</exception>
    public T Message => IsTombstone
        ? throw new InvalidOperationException($"Message {MessageId} of topic {Topic} is a tombstone: it says that its key is deleted, and has no content.")
        : _message!;
}
