using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Delivery;

/// <summary>What a feed works with.</summary>
/// <param name="Provider">The stream provider's name.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Broker">The broker.</param>
/// <param name="PositionsOf">Where the positions of the topic's partition are kept.</param>
/// <param name="Options">The provider's options.</param>
/// <param name="IsFiltered">Whether a filter decides which subscriptions get an event.</param>
/// <param name="Readers">How events are read.</param>
/// <param name="Clock">The time.</param>
/// <param name="Logger">Where it tells what befalls it.</param>
internal sealed record FeedSettings(
    string Provider,
    string Topic,
    Partition Partition,
    IBroker Broker,
    Func<TopicId, IPositionStore> PositionsOf,
    OrleansQueueStreamOptions Options,
    bool IsFiltered,
    EventReaders Readers,
    TimeProvider Clock,
    ILogger Logger);
