using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Queues;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Topics;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The rest of the broker, as a group in a silo asks it: by calls, which may fail.</summary>
internal sealed class GroupSurroundings(Cluster cluster, Process process) : IGroupSurroundings
{
    // What callers of the broker's own parts wait at most, shorter than the call of a client that may be behind it.
    internal static readonly TimeSpan InnerTimeout = TimeSpan.FromSeconds(3);

    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) =>
        new(cluster.Topics.FirstOrDefault(topic => topic.Name == name));

    public async ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, new TopicPartition(topic, partition), server => server.ListOffsetsAsync(query, CancellationToken.None), InnerTimeout)).Required;

    public async ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, new TopicPartition(topic, partition), server => server.ProduceAsync(batch), InnerTimeout)).Required;

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) => new(cluster.OpenOwnTopic(name, settings));

    public ProducerId NewProducerId() => cluster.NewProducerId();

    public async ValueTask<QueueNews> WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, new QueueKey(group, partition), host => host.WatchAsync(known, longest, CancellationToken.None), longest + InnerTimeout).WaitAsync(cancellationToken)).Required;

    public async ValueTask SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) =>
        _ = (await cluster.AskAsync(process, new QueueKey(group, to.TopicPartition), host => DoneAsync(host.SeekAsync(to, CancellationToken.None)), InnerTimeout)).Required;

    public async ValueTask DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        _ = (await cluster.AskAsync(process, new QueueKey(group, partition), host => DoneAsync(host.DropAsync(CancellationToken.None)), InnerTimeout)).Required;

    private static async ValueTask<bool> DoneAsync(ValueTask work)
    {
        await work;
        return true;
    }
}
