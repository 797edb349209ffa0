using OrleansQueue.Broker;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Topics;

/// <summary>The topics of the broker's own, as its grains open them.</summary>
internal sealed class OwnTopics(IGrainFactory grains, ConnectionWatch connection)
{
    /// <inheritdoc cref="OrleansQueue.Groups.IGroupSurroundings.OpenOwnTopicAsync"/>
    public ValueTask<TopicDescription> OpenAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        var catalogue = grains.GetGrain<ICatalogueGrain>(Catalogue.ShardOf(name));
        return connection.CallAsync(() => catalogue.OpenOwnAsync(name, settings), cancellationToken);
    }
}
