using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Queues;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing;

/// <summary>The rest of the broker, as its groups and their cursors ask it: within the broker's own turn. Groups and cursors ask each other, so they are looked up at each call.</summary>
internal sealed class InProcessSurroundings(
    InProcessCatalogue catalogue, InProcessPartitions partitions, Func<InProcessGroups> groups, Func<InProcessQueues> queues, Func<ProducerId> newProducerId)
    : IGroupSurroundings, IQueueSurroundings, IQueueReaders
{
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(() => catalogue.CallAsync(name, shard => shard.FindAsync(name)));

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        AskAsync(() => partitions.ListOffsetsAsync(topic, partition, query, cancellationToken));

    public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) =>
        AskAsync(() => partitions.FetchAsync(request, cancellationToken));

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        AskAsync(() => partitions.ProduceAsync(topic, partition, batch));

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        AskAsync(() => catalogue.CallAsync(name, shard => shard.OpenOwnAsync(name, settings)));

    public ProducerId NewProducerId() => newProducerId();

    public ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskAsync(() => groups().AskAsync(group, new QueueLookup.UnknownGroup(), host => host.FindQueueAsync(partition, cancellationToken)));

    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => AskAsync(() => groups().ListAsync(after, limit));

    public ValueTask<Offset?> FindNeededAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskAsync(() => queues().AskAsync(group, partition, default(Offset?), host => host.FindNeededAsync()));

    public ValueTask<QueuePermit> ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken) =>
        AskAsync(() => groups().AskAsync(group, QueuePermit.Free, host => host.ReportQueueAsync(partition, report)));

    public ValueTask<QueueNews> WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken) =>
        AskAsync(() => queues().AskAsync(group, partition, default(QueueNews), host => host.WatchAsync(known, longest, cancellationToken)));

    public async ValueTask SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) => await AskAsync(() => queues().AskAsync(
        group,
        to.TopicPartition,
        false,
        async host =>
        {
            await host.SeekAsync(to, cancellationToken);
            return true;
        }));

    public async ValueTask DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => await AskAsync(() => queues().AskAsync(
        group,
        partition,
        false,
        async host =>
        {
            await host.DropAsync(cancellationToken);
            return true;
        }));

    private static async ValueTask<T> AskAsync<T>(Func<Task<T>> question)
    {
        try
        {
            return await question();
        }
        catch (IOException failure)
        {
            throw new BrokerUnavailableException($"The storage failed: {failure.Message}", failure);
        }
    }
}
