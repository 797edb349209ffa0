using System.CommandLine;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Connecting;

/// <summary>A broker to talk to: a cluster's, or that of a silo inside this process.</summary>
internal sealed class Connection : IAsyncDisposable
{
    /// <summary>How long a cluster may take to answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly IHost _host;

    private Connection(IHost host)
    {
        _host = host;
        Broker = host.Services.GetRequiredService<IBroker>();
        Client = new BrokerClient(Broker);
    }

    public IBroker Broker { get; }

    public BrokerClient Client { get; }

    /// <summary>Connects as the options say.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="limit">How long a cluster may take to answer. A silo in this process takes the time that it needs.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerUnavailableException">No silo was reached.</exception>
    /// <exception cref="CommandFailedException">The embedded silo cannot start.</exception>
    public static async Task<Connection> OpenAsync(ParseResult options, TimeSpan limit, CancellationToken cancellationToken)
    {
        var clusterId = options.GetRequiredValue(GlobalOptions.ClusterId);
        return new(options.GetValue(GlobalOptions.Embedded) is { } folder
            ? await StartSiloAsync(folder, clusterId, cancellationToken)
            : await StartClientAsync(options.GetRequiredValue(GlobalOptions.Cluster), clusterId, limit, cancellationToken));
    }

    public ValueTask DisposeAsync() => StopAsync(_host);

    private static HostApplicationBuilder NewBuilder() => Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });

    private static async Task<IHost> StartClientAsync(string cluster, string clusterId, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            var gateways = await GatewayAddresses.ResolveAsync(cluster, cancellationToken).WaitAsync(limit, cancellationToken);
            var builder = NewBuilder();
            builder.UseOrleansClient(client => Configure(client, gateways, clusterId));
            return await StartAsync(builder.Build(), limit, cancellationToken);
        }
        catch (Exception error) when (error is not (OperationCanceledException or BrokerUnavailableException))
        {
            throw new BrokerUnavailableException($"No silo was reached at {cluster} within {limit.TotalSeconds:0} s.", error);
        }
    }

    private static async Task<IHost> StartSiloAsync(string folder, string clusterId, CancellationToken cancellationToken)
    {
        try
        {
            var builder = NewBuilder();
            builder.UseOrleans(silo => Configure(silo, folder, clusterId));
            return await StartAsync(builder.Build(), Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new CommandFailedException(Innermost(error).Message, error);
        }
    }

    private static async Task<IHost> StartAsync(IHost host, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await host.StartAsync(cancellationToken).WaitAsync(limit, cancellationToken);
            return host;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await StopAsync(host);
            throw;
        }
    }

    private static async ValueTask StopAsync(IHost host)
    {
        try
        {
            await host.StopAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or TimeoutException or InvalidOperationException)
        {
            // What does not stop in time is ended with the process; a silo that never started cannot be stopped.
        }

        host.Dispose();
    }

    private static void Configure(IClientBuilder client, IPEndPoint[] gateways, string clusterId)
    {
        client.UseStaticClustering(gateways);
        client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (clusterId, clusterId));
        client.UseConnectionRetryFilter(static async (_, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
            return true;
        });
        client.AddOrleansQueueClient();
        client.Services.UseLargeBlocks();
    }

    private static void Configure(ISiloBuilder silo, string folder, string clusterId)
    {
        var (siloPort, gatewayPort) = FreePorts.Take();
        silo.UseLocalhostClustering(siloPort, gatewayPort, null, clusterId, clusterId);
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.FilesPath = Path.GetFullPath(folder)));
    }

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
