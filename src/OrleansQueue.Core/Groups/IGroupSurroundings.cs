using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>What a group asks of the rest of the broker. A call throws <see cref="BrokerUnavailableException"/> where no answer came.</summary>
internal interface IGroupSurroundings
{
    /// <inheritdoc cref="ITopicVerbs.FindTopicAsync"/>
    ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken);

    /// <inheritdoc cref="IPartitionVerbs.ListOffsetsAsync"/>
    ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken);

    /// <inheritdoc cref="IPartitionVerbs.ProduceAsync"/>
    ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);

    /// <summary>Finds a topic of the broker's own, or creates it: one whose name begins with <see cref="Topics.TopicName.ReservedPrefix"/>.</summary>
    ValueTask<TopicDescription> OpenOwnTopicAsync(string name, Topics.TopicSettings settings, CancellationToken cancellationToken);

    /// <summary>A number for a producer that no other has.</summary>
    ProducerId NewProducerId();

    /// <inheritdoc cref="Queues.QueueHost.WatchAsync"/>
    ValueTask<Queues.QueueNews> WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken);

    /// <inheritdoc cref="Queues.QueueHost.SeekAsync"/>
    ValueTask SeekQueueAsync(string group, Position to, CancellationToken cancellationToken);

    /// <inheritdoc cref="Queues.QueueHost.DropAsync"/>
    ValueTask DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken);
}
