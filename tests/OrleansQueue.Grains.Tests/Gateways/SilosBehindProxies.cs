using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Processes;

namespace OrleansQueue.Grains.Tests.Gateways;

/// <summary>Silos that share their logs in memory, and of which clients know proxies instead of the gateways.</summary>
internal sealed class SilosBehindProxies
{
    private const string Cluster = "proxies";

    private readonly SharedMemory _memory = new();
    private readonly List<IHost> _hosts = [];
    private readonly List<Proxy> _proxies = [];
    private IPEndPoint? _primary;

    public IReadOnlyList<Proxy> Proxies => _proxies;

    public async Task StartSiloAsync()
    {
        var silo = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        var gateway = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        var proxy = new Proxy(gateway);
        _proxies.Add(proxy);
        _primary ??= silo;
        var builder = NewBuilder();
        builder.Services.AddSingleton(_memory);
        builder.UseOrleans(configured => configured
            .UseLocalhostClustering(silo.Port, proxy.EndPoint.Port, _primary, Cluster, Cluster)
            .Configure<EndpointOptions>(options => options.GatewayListeningEndpoint = gateway)
            .AddOrleansQueue());

        // Partitions stay where they are: a silo answers a client through its own gateway where that has one to it, so what it says is lost when that is silent.
        builder.Services.Remove(Assert.Single(builder.Services, static service => service.ImplementationType == typeof(PlacementWatch)));
        await StartAsync(builder);
    }

    /// <summary>Starts a client.</summary>
    /// <param name="configure">Says how it finds its gateways.</param>
    public async Task<IHost> StartClientAsync(Action<IClientBuilder> configure)
    {
        var builder = NewBuilder();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = (Cluster, Cluster));
            client.Configure<GatewayOptions>(static options => options.GatewayListRefreshPeriod = TimeSpan.FromMilliseconds(200));
            configure(client);
        });
        return await StartAsync(builder);
    }

    public async Task StopAsync()
    {
        // Those that began last end first, and the first silo keeps the list of silos.
        for (var i = _hosts.Count - 1; i >= 0; i--)
        {
            await _hosts[i].StopAsync();
            _hosts[i].Dispose();
        }

        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }

    private static HostApplicationBuilder NewBuilder()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        return builder;
    }

    private async Task<IHost> StartAsync(HostApplicationBuilder builder)
    {
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }
}
