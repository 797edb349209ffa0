using Orleans.Streams;

namespace OrleansQueue.Streams.Agents;

/// <summary>The provider as Orleans' persistent streams see it.</summary>
internal sealed class StreamAdapter(string name, StreamProducers producers, StreamFeeds? feeds) : IQueueAdapter
{
    public string Name => name;

    public bool IsRewindable => true;

    // A client has no agents, so nothing is read there.
    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) =>
        new FeedReceiver((feeds ?? throw new InvalidOperationException("Only silos read streams.")).Take(queueId), feeds);

    /// <exception cref="NotSupportedException">A sequence token was given: the broker decides where an event lies.</exception>
    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken token, Dictionary<string, object> requestContext) =>
        token is null
            ? producers.PublishAsync(streamId, events)
            : throw new NotSupportedException("An event is published without a sequence token: the broker decides where it lies.");
}
