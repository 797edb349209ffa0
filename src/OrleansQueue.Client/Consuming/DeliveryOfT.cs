namespace OrleansQueue.Client;

/// <summary>A message of a type as a member of a group gets it.</summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class Delivery<T>
{
    private readonly IMessageSerializer<T> _serializer;
    private T? _value;
    private bool _isRead;

    internal Delivery(Delivery raw, IMessageSerializer<T> serializer)
    {
        Raw = raw;
        _serializer = serializer;
    }

    /// <summary>The message as bytes, with everything else that is known of it.</summary>
    public Delivery Raw { get; }

    /// <summary>The message; it is read when it is first asked for.</summary>
    /// <exception cref="MessageFormatException">The bytes are no such message; a tombstone has none. The loop goes on with the next all the same.</exception>
    public T Value
    {
        get
        {
            if (!_isRead)
            {
                _value = Raw.Read(_serializer);
                _isRead = true;
            }

            return _value!;
        }
    }

    /// <inheritdoc cref="Delivery.Topic"/>
    public string Topic => Raw.Topic;

    /// <inheritdoc cref="Delivery.Partition"/>
    public Partition Partition => Raw.Partition;

    /// <inheritdoc cref="Delivery.Offset"/>
    public Offset Offset => Raw.Offset;

    /// <inheritdoc cref="Delivery.Timestamp"/>
    public Timestamp Timestamp => Raw.Timestamp;

    /// <inheritdoc cref="Delivery.MessageId"/>
    public string MessageId => Raw.MessageId;

    /// <inheritdoc cref="Delivery.IsTombstone"/>
    public bool IsTombstone => Raw.IsTombstone;

    /// <inheritdoc cref="Delivery.Headers"/>
    public IReadOnlyList<MessageHeader> Headers => Raw.Headers;

    /// <inheritdoc cref="Delivery.CompleteAsync"/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) => Raw.CompleteAsync(cancellationToken);
}
