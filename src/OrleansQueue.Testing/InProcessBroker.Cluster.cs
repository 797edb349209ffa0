using OrleansQueue.Broker;

namespace OrleansQueue.Testing;

/// <summary>The verbs of the cluster, of which this broker is the only silo.</summary>
public sealed partial class InProcessBroker
{
    /// <inheritdoc/>
    public ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken) => AskAsync(_formats.DescribeAsync, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken) => AskAsync(_formats.RaiseAsync, cancellationToken);
}
