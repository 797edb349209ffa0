using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansQueue.Client;
using OrleansQueue.Streams.Agents;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Hosting;

namespace OrleansQueue;

/// <summary>Adds Orleans streams on the topics of OrleansQueue.</summary>
public static class OrleansQueueStreamExtensions
{
    // The agent waits for events itself; this is how soon it waits again.
    private static readonly TimeSpan NextWait = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Adds a stream provider whose streams are records of topics: a stream's namespace is the topic, its key the record's key, and the sequence
    /// token of an event its offset (<see cref="OffsetToken"/>). What is published through streams and what is published by clients is the same.
    /// <para>
    /// Subscribers get every event at least once and in the order of their stream. Their positions are durable: after a restart delivery goes on
    /// where it was. A topic that streams read for the first time is read from its first record.
    /// </para>
    /// </summary>
    /// <param name="silo">The silo, which <c>AddOrleansQueue</c> makes a broker; explicit subscriptions need a grain storage named <c>PubSubStore</c>.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="configure">Names the topics with <see cref="OrleansQueueStreamOptions.AddTopic"/>, and sets what is to be other than the defaults.</param>
    /// <param name="configureStreams">Settings of Orleans' own, as which subscriptions there may be. Default: as Orleans has them.</param>
    public static ISiloBuilder AddOrleansQueueStreams(
        this ISiloBuilder silo, string name, Action<OrleansQueueStreamOptions> configure, Action<ISiloPersistentStreamConfigurator>? configureStreams = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configure);
        silo.Services.AddOrleansQueueMessaging();
        silo.Services.Configure(name, configure);
        AddShared(silo.Services);
        if (!silo.Services.Any(static service => service.ServiceType == typeof(AgentIndex)))
        {
            silo.Services.AddSingleton<AgentIndex>();
            silo.Services.AddSingleton<DeliveryFailures>();
            silo.AddOutgoingGrainCallFilter<DeliveryFilter>();
        }

        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(services => new FeedWaits(services, name));
        silo.AddPersistentStreams(name, StreamAdapterFactory.Create, streams =>
        {
            configureStreams?.Invoke(streams);
            streams.ConfigurePartitionBalancing(static (services, provider) => new PlacedQueues(services, provider));
            streams.ConfigureBackoffProvider(CreateBackoff);
            streams.ConfigureLifecycle(static options => options.Configure(static lifecycle => lifecycle.StartStage = FeedWaits.AgentStage));
            streams.ConfigurePullingAgent(options => options.Configure(agent =>
            {
                agent.GetQueueMsgsTimerPeriod = NextWait;
                agent.BatchContainerBatchSize = 1;

                // How long an event is tried is decided by the options of the provider.
                agent.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan;
            }));
        });
        return silo;
    }

    /// <summary>Adds the twin of a silo's stream provider to a client, which publishes to its streams and subscribes to them.</summary>
    /// <param name="client">The client; <c>AddOrleansQueueClient</c> is called for it.</param>
    /// <param name="name">The provider's name, as on the silos.</param>
    public static IClientBuilder AddOrleansQueueStreams(this IClientBuilder client, string name)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(name);
        client.AddOrleansQueueClient();
        AddShared(client.Services);
        client.AddPersistentStreams(name, ClientAdapterFactory.Create, static _ => { });
        return client;
    }

    private static void AddShared(IServiceCollection services)
    {
        services.TryAddSingleton<EventReaders>();
        services.TryAddSingleton(static provider => new StreamRewinder(provider.GetRequiredService<BrokerClient>(), provider.GetRequiredService<IGrainFactory>()));
    }

    private static DoublingBackoff CreateBackoff(IServiceProvider services, string name) =>
        new(services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<OrleansQueueStreamOptions>>().Get(name));
}
