using System.Runtime.CompilerServices;

namespace OrleansQueue.Client;

/// <summary>Publishes messages of a type to a topic. Safe to use from many threads. See <see cref="TopicProducer"/> for what a publish does and how it ends.</summary>
/// <typeparam name="T">The messages.</typeparam>
public interface ITopicProducer<T>
{
    /// <summary>The topic's name.</summary>
    string Topic { get; }

    /// <summary>Publishes a message.</summary>
    /// <param name="message">The message; it is serialized before the call returns.</param>
    /// <param name="options">Default: none, and the key that the key selector says.</param>
    /// <param name="cancellationToken">Ends the wait. A message that waited for room is then not sent; of one that is on its way the outcome is unknown.</param>
    /// <exception cref="PublishRefusedException">The message breaks a limit, or the broker refused it.</exception>
    /// <exception cref="PublishOutcomeUnknownException">Nobody knows whether it is stored.</exception>
    /// <remarks>Its priority lets <c>PublishAsync(new(...))</c> mean one message.</remarks>
    [OverloadResolutionPriority(1)]
    ValueTask<PublishReceipt> PublishAsync(T message, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes messages and returns what became of each, in their order. They are not one: some may be stored and others
    /// not; one that cannot be serialized is an outcome like any other. The sequence is walked as the producer has room.
    /// </summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">Holds for each of them, so it names no message id.</param>
    /// <param name="cancellationToken">Ends the wait; the outcome of what was published so far is then unknown.</param>
    Task<IReadOnlyList<PublishOutcome>> PublishAsync(IEnumerable<T> messages, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Publishes a tombstone: a null value, which says that the key is deleted.</summary>
    /// <param name="key">The key; there must be one.</param>
    /// <param name="options">Everything but the key.</param>
    /// <param name="cancellationToken">Ends the wait, as in a publish.</param>
    ValueTask<PublishReceipt> DeleteAsync(MessageKey key, PublishOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until everything that was published before has its outcome, whichever that is.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
