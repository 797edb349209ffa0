using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Groups;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Groups;

/// <summary>The rest of the cluster's broker, as its groups ask it.</summary>
internal sealed class GroupSurroundings(IBroker broker, IGrainFactory grains) : IGroupSurroundings
{
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => broker.FindTopicAsync(name, cancellationToken);

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        broker.ListOffsetsAsync(topic, partition, query, cancellationToken);

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        broker.ProduceAsync(topic, partition, batch, cancellationToken);

    public async ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<ICatalogueGrain>(Catalogue.ShardOf(name)).OpenOwnAsync(name, settings);
        }
        catch (Exception error) when (error is IOException or TimeoutException or OrleansException)
        {
            throw new BrokerUnavailableException($"No answer came from the catalogue: {error.Message}", error);
        }
    }

    public ProducerId NewProducerId() => OrleansBroker.NewProducerId();
}
