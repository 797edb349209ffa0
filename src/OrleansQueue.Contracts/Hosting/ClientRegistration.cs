using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Messaging;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Contracts.Broker;

namespace OrleansQueue;

/// <summary>Adds OrleansQueue to an Orleans client.</summary>
public static class OrleansQueueClientBuilderExtensions
{
    /// <summary>
    /// Lets an application publish to and read from the cluster that its Orleans client connects to. Resolve
    /// <see cref="BrokerClient"/>, or <see cref="IBroker"/> that it stands on, from the services.
    /// </summary>
    public static IClientBuilder AddOrleansQueueClient(this IClientBuilder client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.Services.AddOrleansQueueBroker();
        client.AddClusterConnectionLostHandler(static services => (_, _) => services.GetRequiredService<ConnectionWatch>().Lost());
        client.AddGatewayCountChangedHandler(static services => (_, change) =>
        {
            if (change.NumberOfConnectedGateways < change.PreviousNumberOfConnectedGateways)
            {
                services.GetRequiredService<ConnectionWatch>().Lost();
            }
        });
        return client;
    }

    /// <summary>Finds gateways by asking the cluster, beginning with those that the configuration names, instead of staying with the latter.</summary>
    /// <param name="client">The client.</param>
    /// <param name="seeds">Gateways to begin with; one that lives is enough.</param>
    public static IClientBuilder UseOrleansQueueGateways(this IClientBuilder client, params System.Net.IPEndPoint[] seeds)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.Services.RemoveAll<IGatewayListProvider>();
        client.Services.AddSingleton<IGatewayListProvider>(services => new ClusterGateways(seeds, services));
        return client;
    }

    internal static IServiceCollection AddOrleansQueueBroker(this IServiceCollection services)
    {
        services.TryAddSingleton<ConnectionWatch>();
        services.TryAddSingleton<IBroker, OrleansBroker>();
        services.TryAddSingleton(static provider => new BrokerClient(provider.GetRequiredService<IBroker>()));
        return services;
    }
}
