using System.Collections.Concurrent;
using Orleans.Streams;
using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Agents;

/// <summary>The feeds of a provider on a silo: one for each partition that an agent here serves.</summary>
internal sealed class StreamFeeds(Func<QueueId, PartitionFeed> create, AgentIndex agents, IGrainContextAccessor context) : IQueueAdapterCache
{
    private readonly ConcurrentDictionary<QueueId, PartitionFeed> _feeds = new();

    /// <summary>All of them.</summary>
    public IEnumerable<PartitionFeed> All => _feeds.Values;

    /// <summary>The agent that calls at present.</summary>
    public GrainId? CurrentAgent => context.GrainContext?.GrainId;

    /// <summary>An agent begins to serve a queue; it asks for the cache first and then for the receiver, which are one.</summary>
    public IQueueCache CreateQueueCache(QueueId queueId)
    {
        var feed = create(queueId);
        _feeds[queueId] = feed;
        return new FeedCache(feed);
    }

    /// <summary>The feed that an agent has just asked for as its cache.</summary>
    public PartitionFeed Take(QueueId queue) => _feeds[queue];

    /// <summary>The feed of a queue, or null where no agent here serves it.</summary>
    public PartitionFeed? Find(QueueId queue) => _feeds.GetValueOrDefault(queue);

    /// <summary>An agent calls.</summary>
    public void Seen(PartitionFeed feed, GrainId agent)
    {
        if (feed.AgentId != agent)
        {
            feed.AgentId = agent;
            agents.Add(agent, feed);
        }
    }

    /// <summary>An agent ended.</summary>
    public void Remove(PartitionFeed feed)
    {
        if (feed.AgentId is { } agent)
        {
            agents.Remove(agent, feed);
        }

        foreach (var (queue, other) in _feeds)
        {
            if (other == feed)
            {
                _feeds.TryRemove(new(queue, feed));
            }
        }
    }
}

/// <summary>Which agent on this silo is served by which feed, of all providers.</summary>
internal sealed class AgentIndex
{
    private readonly ConcurrentDictionary<GrainId, PartitionFeed> _feeds = new();

    public void Add(GrainId agent, PartitionFeed feed) => _feeds[agent] = feed;

    public void Remove(GrainId agent, PartitionFeed feed) => _feeds.TryRemove(new(agent, feed));

    public PartitionFeed? Find(GrainId? agent) => agent is { } id ? _feeds.GetValueOrDefault(id) : null;
}
