namespace OrleansQueue.Client;

/// <summary>What a single publish may say.</summary>
public sealed record PublishOptions
{
    /// <summary>The longest <see cref="MessageId"/>, in bytes of UTF-8.</summary>
    public const int MaxMessageIdBytes = 128;

    /// <summary>The key. Default: none, or what the key selector of a typed producer says.</summary>
    public MessageKey Key { get; init; }

    /// <summary>The partition to publish to, whatever the key. Default: the key decides.</summary>
    public Partition? Partition { get; init; }

    /// <summary>
    /// An id of the application's, 1 to 128 bytes of UTF-8, that stays with the message through retry, dead letter and redrive.
    /// Default: none, which costs no byte; the message then reads <c>partition-offset</c>.
    /// </summary>
    public string? MessageId { get; init; }

    /// <summary>What the message belongs to, for example the id of the message that it answers: 1 to 128 bytes of UTF-8. Default: nothing.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The name of the topic to which answers are to be published. Default: none.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>How long the message is of use from now on, more than 0; consumers pass over it afterwards. Default: for ever, or as long as the topic keeps it.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Headers in order; names may repeat. At most 256 with 64 KiB of names and values, those that OrleansQueue adds included. Default: none.</summary>
    public IReadOnlyList<MessageHeader> Headers { get; init; } = [];

    /// <summary>
    /// Send the message at most once: an attempt that was turned away or got no answer is not repeated, and the publish ends
    /// with that. Such messages travel in batches of their own, one at a time for each partition. Default: false, the message
    /// is sent until it is known to be stored, and stored once.
    /// </summary>
    public bool NoRetry { get; init; }
}
