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
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

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
    /// <exception cref="BrokerUnavailableException">No silo was reached.</exception>
    /// <exception cref="FormatException">An address cannot be read.</exception>
    /// <exception cref="CommandFailedException">The embedded silo cannot start.</exception>
    public static async Task<Connection> OpenAsync(ParseResult options, CancellationToken cancellationToken)
    {
        var embedded = options.GetValue(GlobalOptions.Embedded);
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (embedded is null)
        {
            var gateways = await GatewayAddresses.ResolveAsync(options.GetRequiredValue(GlobalOptions.Cluster), cancellationToken);
            builder.UseOrleansClient(client => Configure(client, gateways, options.GetRequiredValue(GlobalOptions.ClusterId)));
        }
        else
        {
            builder.UseOrleans(silo => Configure(silo, embedded, options.GetRequiredValue(GlobalOptions.ClusterId)));
        }

        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken).WaitAsync(ConnectTimeout, cancellationToken);
            return new Connection(host);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await StopAsync(host);
            throw embedded is null
                ? new BrokerUnavailableException($"No silo was reached at {options.GetValue(GlobalOptions.Cluster)} within {ConnectTimeout.TotalSeconds:0} s.", error)
                : new CommandFailedException(Innermost(error).Message);
        }
    }

    public ValueTask DisposeAsync() => StopAsync(_host);

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
        client.UseOrleansQueueGateways(gateways);
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
