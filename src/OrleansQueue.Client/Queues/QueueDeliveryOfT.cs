namespace OrleansQueue.Client;

/// <summary>A message of a type as a member of a queue group gets it.</summary>
/// <typeparam name="T">The message.</typeparam>
public sealed class QueueDelivery<T> : QueueDelivery
{
    private readonly IMessageSerializer<T> _serializer;
    private T? _value;
    private bool _isRead;

    internal QueueDelivery(in QueueMessage message, IMessageSerializer<T> serializer)
        : base(message) => _serializer = serializer;

    /// <summary>The message; it is read when it is first asked for.</summary>
    /// <exception cref="MessageFormatException">
    /// The bytes are no such message; a tombstone has none. The loop goes on with the next all the same; <see cref="QueueDelivery.DeadLetterAsync"/>
    /// puts such a message aside.
    /// </exception>
    public T Value
    {
        get
        {
            if (!_isRead)
            {
                _value = Raw.Problem is { } problem
                    ? throw new MessageFormatException($"The batch at offset {Offset} of partition {Partition} of topic {Topic} cannot be read: {problem.Message}", problem)
                    : Raw.Read(_serializer);
                _isRead = true;
            }

            return _value!;
        }
    }
}
