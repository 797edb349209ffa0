namespace OrleansQueue.Client;

/// <summary>
/// Processes messages of a type one by one. A handler is made for each message, in a scope of its own of the application's
/// services. A message is settled when the call returns, and follows the handler's options when it throws.
/// </summary>
/// <typeparam name="T">The messages.</typeparam>
public interface IMessageHandler<T>
{
    /// <summary>Processes a message.</summary>
    /// <param name="message">The message with what is known of it.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the message goes to another member, since the partition or the lease was lost or the time to finish is over; what is
    /// done from then on may be done twice.
    /// </param>
    Task HandleAsync(MessageContext<T> message, CancellationToken cancellationToken);
}

/// <summary>
/// Processes several messages of a type together; those of a stream group are of one partition and in its order. All are settled when the call
/// returns; all follow the handler's options when it throws, or those that a <see cref="BatchFailedException"/> names.
/// </summary>
/// <typeparam name="T">The messages.</typeparam>
public interface IBatchHandler<T>
{
    /// <summary>Processes messages.</summary>
    /// <param name="messages">The messages, at least one.</param>
    /// <param name="cancellationToken">Cancelled as in <see cref="IMessageHandler{T}"/>.</param>
    Task HandleAsync(IReadOnlyList<MessageContext<T>> messages, CancellationToken cancellationToken);
}

/// <summary>Some messages of a batch failed; all others count as processed. Those that failed are tried again together in a stream group, and each by its own exception in a queue group.</summary>
public sealed class BatchFailedException : Exception
{
    /// <summary>The <paramref name="failures"/>, by message. At least one.</summary>
    public BatchFailedException(IReadOnlyDictionary<MessageContext, Exception> failures)
        : base($"{failures?.Count} messages of the batch failed.", failures?.Values.FirstOrDefault()) =>
        Failures = failures is { Count: > 0 } ? failures : throw new ArgumentException("A batch that failed names at least one message.", nameof(failures));

    /// <summary>What failed, and why.</summary>
    public IReadOnlyDictionary<MessageContext, Exception> Failures { get; }
}

/// <summary>No handler of the group takes messages of that type.</summary>
public sealed class UnknownMessageTypeException : Exception
{
    /// <summary>Nobody takes <paramref name="type"/> from <paramref name="topic"/>.</summary>
    public UnknownMessageTypeException(string topic, string? type)
        : base($"No handler of the group takes messages of type {type ?? "(none)"} from topic {topic}.") => Type = type;

    /// <summary>The alias that the message carries, or null.</summary>
    public string? Type { get; }
}
