using OrleansQueue.Broker;
using OrleansQueue.Queues;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Topics;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The rest of the broker, as the cursor of a queue group in a silo asks it: by calls, which may fail.</summary>
internal sealed class QueueSurroundings(Cluster cluster, Process process, QueueKey queue) : IQueueSurroundings
{
    public async ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, group, host => host.FindQueueAsync(partition, CancellationToken.None), GroupSurroundings.InnerTimeout).WaitAsync(cancellationToken)).Required;

    public async ValueTask<QueuePermit> ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(process, group, host => host.ReportQueueAsync(partition, report), GroupSurroundings.InnerTimeout).WaitAsync(cancellationToken)).Required;

    public async ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) =>
        (await cluster.AskAsync(
            process, request.From.TopicPartition, server => server.FetchAsync(request, CancellationToken.None), request.MaxWait + GroupSurroundings.InnerTimeout).WaitAsync(cancellationToken)).Required;

    public async ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        // What arrives late is what was sent, and it counts as tried from now on.
        var sent = batch.ToArray();
        cluster.Burying(queue, sent);
        return (await cluster.AskAsync(process, new TopicPartition(topic, partition), server => server.ProduceAsync(sent), GroupSurroundings.InnerTimeout, mayRepeat: true, mayOutlive: true)
            .WaitAsync(cancellationToken)).Required;
    }

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) => new(cluster.OpenOwnTopic(name, settings));

    public ProducerId NewProducerId() => cluster.NewProducerId();
}
