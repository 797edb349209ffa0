using System.Collections.Concurrent;
using OrleansQueue.Client;

namespace OrleansQueue.Streams.Agents;

/// <summary>Publishes the events of a provider's streams as any producer of the client does, with the stream's key as the record's.</summary>
internal sealed class StreamProducers(BrokerClient client, MessagingRegistry registry) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Topic, Type Type), object> _producers = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<TopicProducer>>> _topics = new(StringComparer.Ordinal);

    /// <summary>Publishes events in order; ends when all are stored.</summary>
    /// <exception cref="PublishRefusedException">An event breaks a limit, or the broker refused it.</exception>
    /// <exception cref="PublishOutcomeUnknownException">Nobody knows whether an event is stored.</exception>
    public async Task PublishAsync<T>(StreamId stream, IEnumerable<T> events)
    {
        var topic = StreamTopics.NameOf(stream);
        var producer = await OpenAsync<T>(topic);
        var options = new PublishOptions { Key = stream.Key };
        var receipts = new List<Task>();
        foreach (var item in events)
        {
            receipts.Add(producer.PublishAsync(item, options).AsTask());
        }

        try
        {
            await Task.WhenAll(receipts);
        }
        catch (Exception error) when (error is UnknownTopicException or TopicReplacedException or ObjectDisposedException)
        {
            // The topic was deleted, and perhaps there is another one of the name.
            await ForgetAsync(topic, producer.Raw);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opening in _topics.Values)
        {
            if (opening.IsValueCreated && await Task.WhenAny(opening.Value) is { IsCompletedSuccessfully: true })
            {
                await (await opening.Value).DisposeAsync();
            }
        }
    }

    private async Task ForgetAsync(string topic, TopicProducer producer)
    {
        foreach (var key in _producers.Keys.Where(key => key.Topic == topic))
        {
            _producers.TryRemove(key, out _);
        }

        if (_topics.TryGetValue(topic, out var opening) && opening.Value is { IsCompletedSuccessfully: true } opened && opened.Result == producer)
        {
            _topics.TryRemove(new(topic, opening));
            await producer.DisposeAsync();
        }
    }

    private async ValueTask<TopicProducer<T>> OpenAsync<T>(string topic)
    {
        if (_producers.TryGetValue((topic, typeof(T)), out var known))
        {
            return (TopicProducer<T>)known;
        }

        var opening = _topics.GetOrAdd(topic, static (name, client) => new Lazy<Task<TopicProducer>>(() => client.OpenProducerAsync(name)), client);
        try
        {
            var raw = await opening.Value;
            return (TopicProducer<T>)_producers.GetOrAdd(
                (topic, typeof(T)), static (key, made) => new TopicProducer<T>(made.Raw, made.Registry.TopicOf(key.Topic).TypeOf<T>().ToOptions()), (Raw: raw, Registry: registry));
        }
        catch
        {
            // The next event tries again.
            _topics.TryRemove(new(topic, opening));
            throw;
        }
    }
}
