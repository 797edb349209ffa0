using System.Collections.Concurrent;
using OrleansQueue.Client;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>Publishes replies to the topics that senders name, with a producer for each.</summary>
internal sealed class ReplySender(BrokerClient client) : IAsyncDisposable
{
    private static readonly TypedProducerOptions<Experience> Options = new() { Key = experience => experience.Player };

    private readonly ConcurrentDictionary<string, Lazy<Task<TopicProducer<Experience>>>> _producers = new(StringComparer.Ordinal);

    public async Task SendAsync(string topic, Experience reply, string? correlation, CancellationToken cancellationToken)
    {
        // Opened once for all handlers, so that it does not end with the one that came first.
        var opening = _producers.GetOrAdd(topic, name => new(() => client.OpenProducerAsync(name, Options)));
        try
        {
            var producer = await opening.Value.WaitAsync(cancellationToken);
            await producer.PublishAsync(reply, new PublishOptions { CorrelationId = correlation }, cancellationToken);
        }
        catch when (opening.Value.IsFaulted)
        {
            // The next attempt opens it anew.
            _producers.TryRemove(KeyValuePair.Create(topic, opening));
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var producer in _producers.Values.Where(static opening => opening is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }))
        {
            await (await producer.Value).DisposeAsync();
        }
    }
}
