using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansQueue.Client;
using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Grains.Documents;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Formats;
using OrleansQueue.Grains.Groups;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Grains.Queues;
using OrleansQueue.Grains.Stores;
using OrleansQueue.Grains.Topics;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;

namespace OrleansQueue;

/// <summary>Adds OrleansQueue to a silo.</summary>
public static class OrleansQueueSiloBuilderExtensions
{
    /// <summary>
    /// Makes a silo a broker. By default its logs are files in the folder <c>data</c> under the content root; see
    /// <see cref="ConfigureSilo"/>.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Says which topics and handlers there are, and sets what is to be other than the defaults. It adds to what was said before.</param>
    public static ISiloBuilder AddOrleansQueue(this ISiloBuilder silo, Action<OrleansQueueBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var services = silo.Services;
        if (services.Any(service => service.ServiceType == typeof(SiloBroker)))
        {
            services.AddOrleansQueueMessaging(configure);
            return silo;
        }

        services.AddOptions<OrleansQueueOptions>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider => new BrokerMetrics(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<ILogEvents, LoggedEvents>();
        services.TryAddSingleton(static _ => new FormatLevels(FormatRange.Own, FormatRange.Own.Oldest));
        services.AddSingleton(CreateSiloBroker);
        services.AddSingleton<DutyClient>();
        services.AddSingleton<GroupRegistry>();
        services.AddSingleton<GroupSurroundings>();
        services.AddSingleton<QueueSurroundings>();
        services.AddSingleton<IRetentionHolds>(static provider => new QueueHolds(provider.GetRequiredService<QueueSurroundings>()));
        services.AddSingleton<OwnTopics>();
        services.AddSingleton<ClusterQuestions>();
        services.AddSingleton<ISiloParts, SiloParts>();
        services.AddSingleton<PlacementCache>();
        services.AddPlacementDirector<PartitionPlacement, PartitionPlacementDirector>();
        services.AddSingleton<IConfigureGrainTypeComponents, ActivationTurns>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<SiloBroker>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, StoreCheck>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, FormatWatch>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, DutyScanner>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, PlacementWatch>();
        services.AddOrleansQueueBroker(configure);
        services.AddGrainStorage(TopicStorage.Name, static (provider, name) => CreateStorage(provider, name, new TopicStorage()));
        return silo;
    }

    /// <summary>Sets how a silo is a broker: where its logs are kept, and whether topics are created at the first publish.</summary>
    /// <param name="builder">The builder of <see cref="AddOrleansQueue"/>. On a client, which keeps nothing, it changes nothing.</param>
    /// <param name="configure">Sets what is to be other than the defaults.</param>
    public static OrleansQueueBuilder ConfigureSilo(this OrleansQueueBuilder builder, Action<OrleansQueueOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(configure);
        return builder;
    }

    /// <summary>
    /// Keeps the state of the application's own grains beside the logs: in files where those are in files. Its form is that of
    /// Orleans' own grain storage serializer, or of <paramref name="serializer"/>.
    /// </summary>
    /// <param name="silo">The silo, which <see cref="AddOrleansQueue"/> makes a broker.</param>
    /// <param name="name">The name by which grains ask for the storage; <c>Default</c> for those that name none, <c>PubSubStore</c> for Orleans' streams.</param>
    /// <param name="serializer">How states are written.</param>
    public static ISiloBuilder AddOrleansQueueGrainStorage(this ISiloBuilder silo, string name, IGrainStorageSerializer? serializer = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentException.ThrowIfNullOrEmpty(name);
        silo.Services.AddGrainStorage(
            name, (provider, storage) => CreateStorage(provider, storage, serializer ?? provider.GetRequiredService<IGrainStorageSerializer>()));
        return silo;
    }

    private static DocumentGrainStorage CreateStorage(IServiceProvider provider, string name, IGrainStorageSerializer serializer) =>
        new(name, provider.GetRequiredService<SiloBroker>(), serializer, provider.GetRequiredService<IActivatorProvider>());

    private static SiloBroker CreateSiloBroker(IServiceProvider provider) => new(
        provider.GetRequiredService<ILocalSiloDetails>(),
        provider.GetRequiredService<IOptions<OrleansQueueOptions>>(),
        provider.GetService<IHostEnvironment>(),
        provider.GetService<SharedMemory>(),
        provider.GetRequiredService<FormatLevels>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<BrokerMetrics>(),
        provider.GetRequiredService<ILogEvents>(),
        provider.GetRequiredService<ILogger<SiloBroker>>());
}
