using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A partition of a topic.</summary>
internal readonly record struct Place(TopicId Topic, Partition Partition)
{
    /// <summary>A position of a reader who has read nothing yet.</summary>
    public Position At(long offset) => new(Topic, Partition, new Offset(offset), Epoch.None);

    /// <summary>A fetch from an offset on, by a reader who has read nothing yet.</summary>
    public FetchRequest From(long offset) => new(At(offset));
}
