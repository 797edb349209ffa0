using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.ClientDemo.Hosting;

/// <summary>The broker that the scenarios talk to, each of their services through a client of its own.</summary>
internal sealed record DemoBroker(IPEndPoint[] Gateways, string ClusterId)
{
    private static readonly TimeSpan ReachLimit = TimeSpan.FromSeconds(30);

    /// <summary>Sees to it that there is a broker; it tries for 30 s, as a service does.</summary>
    /// <exception cref="BrokerUnavailableException">None was reached.</exception>
    public async Task ReachAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Its exception says all that its log would.
            await using var service = await StartAsync(static _ => { }, static _ => { }, LogLevel.None, cancellationToken).WaitAsync(ReachLimit, cancellationToken);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            throw new BrokerUnavailableException($"No silo of cluster {ClusterId} was reached at {string.Join(", ", Gateways.AsEnumerable())}.", problem);
        }
    }

    /// <summary>Starts a service that knows nothing but the broker.</summary>
    /// <param name="queue">Its topics and handlers.</param>
    /// <param name="services">What else it needs.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public Task<Service> StartServiceAsync(Action<OrleansQueueBuilder> queue, Action<IServiceCollection> services, CancellationToken cancellationToken) =>
        StartAsync(queue, services, LogLevel.Error, cancellationToken);

    private async Task<Service> StartAsync(Action<OrleansQueueBuilder> queue, Action<IServiceCollection> services, LogLevel told, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });

        // That handlers fail is a part of the scenarios, which count it.
        builder.Logging.AddSimpleConsole().SetMinimumLevel(told).AddFilter("OrleansQueue.Handlers", LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering(Gateways);
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterId, ClusterId));
            client.AddOrleansQueueClient(queue);
        });
        services(builder.Services);
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new Service(host);
        }
        catch
        {
            await ((IAsyncDisposable)host).DisposeAsync();
            throw;
        }
    }
}

/// <summary>A service of a scenario: a host as an application has it.</summary>
internal sealed class Service(IHost host) : IAsyncDisposable
{
    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
