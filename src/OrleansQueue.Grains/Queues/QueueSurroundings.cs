using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Grains.Topics;
using OrleansQueue.Queues;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Queues;

/// <summary>The rest of the cluster's broker, as cursors of queue groups and retention ask it.</summary>
internal sealed class QueueSurroundings(IBroker broker, OwnTopics topics, IGrainFactory grains, ConnectionWatch connection)
    : IQueueSurroundings, IQueueReaders
{
    public async ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IConsumerGroupGrain>(group);
        return (await connection.CallAsync(() => grain.FindQueueAsync(partition.Topic, partition.Partition), cancellationToken)).ToLookup();
    }

    public async ValueTask<QueuePermit> ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IConsumerGroupGrain>(group);
        var call = QueueReportCall.Of(report);
        return (await connection.CallAsync(() => grain.ReportQueueAsync(partition.Topic, partition.Partition, call), cancellationToken)).ToPermit();
    }

    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => broker.ListGroupsAsync(after, limit, cancellationToken);

    public async ValueTask<Offset?> FindNeededAsync(string group, TopicPartition partition, CancellationToken cancellationToken)
    {
        var grain = new QueueCursorKey(group, partition).GrainOf(grains);
        return await connection.CallAsync(() => grain.FindNeededAsync(), cancellationToken);
    }

    public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) => broker.FetchAsync(request, cancellationToken);

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        broker.ProduceAsync(topic, partition, batch, cancellationToken);

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        topics.OpenAsync(name, settings, cancellationToken);

    public ProducerId NewProducerId() => OrleansBroker.NewProducerId();
}
