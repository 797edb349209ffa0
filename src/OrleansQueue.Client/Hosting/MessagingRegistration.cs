using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Adds producers and handlers to a host that has a broker among its services.</summary>
public static class OrleansQueueMessagingExtensions
{
    /// <summary>
    /// Adds producers and handlers over the <see cref="IBroker"/> that is among the services. Silos and clients of a cluster
    /// have methods of their own, which bring that broker; this one is for tests that put one of their own there.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Says what there is. It adds to what was said before.</param>
    public static IServiceCollection AddOrleansQueueMessaging(this IServiceCollection services, Action<OrleansQueueBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var builder = new OrleansQueueBuilder(services);
        if (!services.Any(static service => service.ServiceType == typeof(HostedProducers)))
        {
            services.AddSingleton<HostedProducers>();
            services.TryAddSingleton(CreateClient);
            services.AddSingleton<IHostedService, MessagingService>();
        }

        configure?.Invoke(builder);
        return services;
    }

    private static BrokerClient CreateClient(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<MessagingRegistry>().Client;
        return new BrokerClient(
            provider.GetRequiredService<IBroker>(),
            provider.GetService<ILoggerFactory>() is { } logging ? options with { Logging = logging } : options,
            provider.GetService<TimeProvider>());
    }
}
