using System.Runtime.CompilerServices;

namespace OrleansQueue.Client;

/// <summary>A member of a consumer group that hands out messages of a type. See <see cref="TopicConsumer"/> for what it promises.</summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed class TopicConsumer<T> : IAsyncDisposable
{
    private readonly IMessageSerializer<T> _serializer;

    internal TopicConsumer(TopicConsumer raw, IMessageSerializer<T> serializer)
    {
        Raw = raw;
        _serializer = serializer;
    }

    /// <summary>The consumer of bytes underneath. The two are one cursor.</summary>
    public TopicConsumer Raw { get; }

    /// <summary>Reads message by message. One whose bytes cannot be read throws when its value is asked for, and the loop goes on.</summary>
    /// <inheritdoc cref="TopicConsumer.ReadAsync"/>
    public async IAsyncEnumerable<Delivery<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var delivery in Raw.ReadAsync(cancellationToken))
        {
            yield return new Delivery<T>(delivery, _serializer);
        }
    }

    /// <inheritdoc cref="TopicConsumer.DisposeAsync"/>
    public ValueTask DisposeAsync() => Raw.DisposeAsync();
}
