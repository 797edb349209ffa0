using OrleansQueue.Broker;
using OrleansQueue.Queues;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The queue groups, as the retention of a partition in a silo asks them: by calls, which may fail.</summary>
internal sealed class QueueReaders(Cluster cluster, Process process) : IQueueReaders
{
    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => new(new GroupPage(cluster.ListGroups(), null));

    public async ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, group, host => host.FindQueueAsync(partition, CancellationToken.None), GroupSurroundings.InnerTimeout)).Required;

    public async ValueTask<Offset?> FindNeededAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, new QueueKey(group, partition), host => host.FindNeededAsync(), GroupSurroundings.InnerTimeout)).Required;
}
