using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Contracts.Broker;

namespace OrleansQueue;

/// <summary>Adds OrleansQueue to an Orleans client.</summary>
public static class OrleansQueueClientBuilderExtensions
{
    /// <summary>
    /// Lets an application publish to and read from the cluster that its Orleans client connects to. Inject
    /// <see cref="ITopicProducer{T}"/> of a topic that <paramref name="configure"/> adds; or resolve <see cref="BrokerClient"/>, or
    /// <see cref="IBroker"/> that it stands on, from the services. Unless the application says otherwise, the client tries for
    /// 30 s to connect before the host's start fails. The gateways that its clustering names, before or after this, are where it begins; then it
    /// asks the cluster for them each 5 s, or as often as <c>GatewayOptions</c> say where that is more often.
    /// </summary>
    /// <param name="client">The Orleans client.</param>
    /// <param name="configure">Says which topics and handlers there are. It adds to what was said before.</param>
    public static IClientBuilder AddOrleansQueueClient(this IClientBuilder client, Action<OrleansQueueBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (client.Services.Any(static service => service.ServiceType == typeof(ConnectionWatch)))
        {
            client.Services.AddOrleansQueueMessaging(configure);
            return client;
        }

        client.Services.AddOrleansQueueBroker(configure);
        ConnectRetries.AddTo(client.Services);
        LastingManifest.AddTo(client.Services);
        ClusterGateways.AddTo(client.Services);
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

    internal static IServiceCollection AddOrleansQueueBroker(this IServiceCollection services, Action<OrleansQueueBuilder>? configure)
    {
        services.TryAddSingleton<ConnectionWatch>();
        services.TryAddSingleton<IBroker, OrleansBroker>();
        return services.AddOrleansQueueMessaging(configure);
    }
}
