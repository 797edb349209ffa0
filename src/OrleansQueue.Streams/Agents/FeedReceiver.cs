using Orleans.Streams;
using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Agents;

/// <summary>The side of a feed by which its agent hears of events.</summary>
internal sealed class FeedReceiver(PartitionFeed feed, StreamFeeds feeds) : IQueueAdapterReceiver
{
    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        if (feeds.CurrentAgent is { } agent)
        {
            feeds.Seen(feed, agent);
        }

        return feed.NextAsync();
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public async Task Shutdown(TimeSpan timeout)
    {
        await feed.CloseAsync(timeout);
        feeds.Remove(feed);
        feed.Dispose();
    }
}

/// <summary>The side of a feed by which its agent gets cursors. The feed takes events in itself, and is bounded by itself.</summary>
internal sealed class FeedCache(PartitionFeed feed) : IQueueCache
{
    public int GetMaxAddCount() => QueueAdapterConstants.UNLIMITED_GET_QUEUE_MSG;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        // They are only notices.
    }

    public bool TryPurgeFromCache(out IList<IBatchContainer> purgedItems)
    {
        purgedItems = [];
        return false;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken token) => feed.Open(streamId, token);

    public bool IsUnderPressure() => false;
}
