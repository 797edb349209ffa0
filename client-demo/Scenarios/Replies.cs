using System.Collections.Concurrent;
using OrleansQueue.Client;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>Reads a topic of replies from now on, and gives each to whoever awaits it.</summary>
internal sealed class Replies : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Experience>> _expected = new(StringComparer.Ordinal);
    private readonly JsonMessageSerializer<Experience> _serializer = new();
    private readonly TopicReader _reader;
    private readonly Task _reading;

    private Replies(TopicReader reader)
    {
        _reader = reader;
        _reading = ReadAsync();
    }

    public static async Task<Replies> OpenAsync(BrokerClient client, string topic, CancellationToken cancellationToken) =>
        new(await client.OpenReaderAsync(topic, new ReaderOptions { Start = StartAt.End }, cancellationToken));

    /// <summary>The reply to a message; to be asked for before that is sent.</summary>
    public Task<Experience> Expect(string correlation) =>
        _expected.GetOrAdd(correlation, static _ => new TaskCompletionSource<Experience>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var delivery in _reader.ReadAsync())
            {
                // A reply that comes a second time finds nobody waiting.
                if (delivery.Find("oq-correlation-id")?.Text is { } correlation && _expected.TryRemove(correlation, out var expected))
                {
                    expected.SetResult(delivery.Read(_serializer));
                }
            }
        }
        catch (Exception problem)
        {
            foreach (var expected in _expected.Values)
            {
                expected.TrySetException(problem);
            }
        }
    }
}
