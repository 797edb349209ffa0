using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Topics;
using OrleansQueue.Groups;
using OrleansQueue.Queues;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Groups;

/// <summary>The rest of the cluster's broker, as its groups ask it.</summary>
internal sealed class GroupSurroundings(IBroker broker, OwnTopics topics, IGrainFactory grains, ConnectionWatch connection) : IGroupSurroundings
{
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => broker.FindTopicAsync(name, cancellationToken);

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        broker.ListOffsetsAsync(topic, partition, query, cancellationToken);

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        broker.ProduceAsync(topic, partition, batch, cancellationToken);

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        topics.OpenAsync(name, settings, cancellationToken);

    public ProducerId NewProducerId() => OrleansBroker.NewProducerId();

    public async ValueTask<QueueNews> WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken) =>
        (await AskQueueAsync(group, partition, cursor => cursor.WatchAsync(known, longest), cancellationToken)).ToNews();

    public async ValueTask SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) => await AskQueueAsync(
        group,
        to.TopicPartition,
        async cursor =>
        {
            await cursor.SeekAsync(to);
            return true;
        },
        cancellationToken);

    public async ValueTask DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => await AskQueueAsync(
        group,
        partition,
        static async cursor =>
        {
            await cursor.DropAsync();
            return true;
        },
        cancellationToken);

    private ValueTask<T> AskQueueAsync<T>(string group, TopicPartition partition, Func<IQueueCursorGrain, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var cursor = new QueueCursorKey(group, partition).GrainOf(grains);
        return connection.CallAsync(() => call(cursor), cancellationToken);
    }
}
