using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing;

/// <summary>The rest of the broker, as its groups ask it: within the broker's own turn.</summary>
internal sealed class InProcessSurroundings(InProcessCatalogue catalogue, InProcessPartitions partitions, Func<ProducerId> newProducerId) : IGroupSurroundings
{
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(() => catalogue.CallAsync(name, shard => shard.FindAsync(name)));

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        AskAsync(() => partitions.ListOffsetsAsync(topic, partition, query, cancellationToken));

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        AskAsync(() => partitions.ProduceAsync(topic, partition, batch));

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        AskAsync(() => catalogue.CallAsync(name, shard => shard.OpenOwnAsync(name, settings)));

    public ProducerId NewProducerId() => newProducerId();

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
