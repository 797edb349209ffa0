using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What is known of a topic, asked for again now and then.</summary>
/// <param name="client">The client.</param>
/// <param name="opened">The topic as it was found.</param>
internal sealed class TopicWatch(ClientContext client, TopicDescription opened)
{
    private readonly Lock _lock = new();
    private volatile TopicDescription _current = opened;
    private Task? _refreshing;

    public string Name => _current.Name;

    /// <summary>The same for good: another topic of the name is never taken in.</summary>
    public TopicId Id => _current.Id;

    public TopicDescription Current => _current;

    /// <summary>Asks for the topic; whoever asks while an answer is awaited shares it.</summary>
    /// <exception cref="UnknownTopicException">It was deleted.</exception>
    /// <exception cref="TopicReplacedException">It was deleted and created again.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return _refreshing is { IsCompleted: false } ? _refreshing : _refreshing = AskAsync(cancellationToken);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        var found = await client.TryAsync(token => client.Broker.FindTopicAsync(Name, token), client.Options.CallTimeout, cancellationToken)
            ?? throw new UnknownTopicException(Name);
        if (found.Id != Id)
        {
            throw new TopicReplacedException(Name, Id, found.Id);
        }

        _current = found;
    }
}
