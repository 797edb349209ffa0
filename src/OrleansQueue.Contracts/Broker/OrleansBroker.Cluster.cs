using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Contracts.Broker;

/// <summary>The verbs of the cluster.</summary>
internal sealed partial class OrleansBroker
{
    private IFormatGrain Format => grains.GetGrain<IFormatGrain>(0);

    /// <inheritdoc/>
    public async ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken) =>
        (await CallAsync(() => Format.DescribeAsync(), cancellationToken)).ToDescription();

    /// <inheritdoc/>
    public async ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken) =>
        (await CallAsync(() => Format.RaiseAsync(), cancellationToken)).ToResult();
}
