using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// What operators do with a cluster. Each call waits through an outage up to <see cref="ClientOptions.ConnectTimeout"/>
/// and throws <see cref="BrokerUnavailableException"/> after that.
/// </summary>
public sealed class ClusterAdmin
{
    private readonly ClientContext _client;

    internal ClusterAdmin(ClientContext client) => _client = client;

    /// <summary>Tells what the cluster is: its store, its silos, and the level of the formats that it writes.</summary>
    public Task<ClusterDescription> DescribeAsync(CancellationToken cancellationToken = default) =>
        AskAsync("Describing the cluster", _client.Broker.DescribeClusterAsync, cancellationToken);

    /// <inheritdoc cref="IClusterVerbs.RaiseFormatAsync"/>
    public Task<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken = default) =>
        AskAsync("Raising the level of the formats", _client.Broker.RaiseFormatAsync, cancellationToken);

    private Task<T> AskAsync<T>(string what, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken) =>
        _client.Background.RunAsync(() => _client.InsistAsync(what, call, cancellationToken));
}
