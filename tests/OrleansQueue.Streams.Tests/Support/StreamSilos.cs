using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using Orleans.TestingHost;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Streams.Agents;
using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>How the silos of a test are.</summary>
internal sealed record StreamSilosOptions
{
    public short Silos { get; init; } = 1;

    /// <summary>Makes a silo a broker, with storage that survives the silo where a test restarts it.</summary>
    public required Action<ISiloBuilder> Broker { get; init; }

    /// <summary>Whether the silos serve streams, or are only a broker.</summary>
    public bool HasStreams { get; init; } = true;

    public int Partitions { get; init; } = 4;

    public Action<OrleansQueueStreamOptions>? Streams { get; init; }

    public Action<ISiloBuilder>? Silo { get; init; }

    public Action<IClientBuilder>? Client { get; init; }
}

/// <summary>A cluster of silos in this process with streams on their broker, and a client of it. As in production each silo keeps a part of the directory of grains.</summary>
internal sealed class StreamSilos : IAsyncDisposable
{
    /// <summary>The stream provider.</summary>
    public const string Provider = "oq";

    /// <summary>A topic of events for explicit subscriptions.</summary>
    public const string Topic = "events";

    private const string Key = "OrleansQueueStreamTest";

    // Orleans makes the configurators itself, so what they are to do is found by a key.
    private static readonly ConcurrentDictionary<string, StreamSilosOptions> Configurations = new();

    private readonly string _key = Guid.NewGuid().ToString("N");

    private StreamSilos(StreamSilosOptions options)
    {
        Configurations[_key] = options;
        var builder = new TestClusterBuilder(options.Silos);
        builder.Properties[Key] = _key;
        builder.Options.ServiceId = "streams";
        builder.Options.ConfigureFileLogging = false;
        Assert.Equal(1, builder.Options.SiloBuilderConfiguratorTypes.RemoveAll(name => name.Contains("ConfigureDistributedGrainDirectory", StringComparison.Ordinal)));
        builder.AddSiloBuilderConfigurator<Silos>();
        builder.AddClientBuilderConfigurator<Clients>();
        Cluster = builder.Build();
    }

    public TestCluster Cluster { get; }

    public IGrainFactory Grains => Cluster.GrainFactory;

    public IBroker Broker => Cluster.Client.ServiceProvider.GetRequiredService<IBroker>();

    /// <summary>The broker's client, as an application without streams has it.</summary>
    public BrokerClient BrokerClient => Cluster.Client.ServiceProvider.GetRequiredService<BrokerClient>();

    /// <summary>The provider on the client.</summary>
    public IStreamProvider Streams => Cluster.Client.GetStreamProvider(Provider);

    /// <summary>Has observers of the client go back.</summary>
    public StreamRewinder Rewinder => Cluster.Client.ServiceProvider.GetRequiredService<StreamRewinder>();

    /// <summary>The feeds of the provider on all silos.</summary>
    public IEnumerable<PartitionFeed> Feeds => Cluster.GetActiveSilos().SelectMany(silo => ((StreamAdapterFactory)Cluster.GetSiloServiceProvider(silo.SiloAddress)
        .GetRequiredKeyedService<IQueueAdapterFactory>(Provider)).Feeds.All);

    public static async Task<StreamSilos> StartAsync(StreamSilosOptions options)
    {
        var started = new StreamSilos(options);
        await started.Cluster.DeployAsync();
        return started;
    }

    /// <summary>A stream as the client has it.</summary>
    public IAsyncStream<T> StreamOf<T>(string key, string topic = Topic) => Streams.GetStream<T>(StreamId.Create(topic, key));

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        Configurations.TryRemove(_key, out _);
    }

    private sealed class Silos : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var options = Configurations[siloBuilder.Configuration[Key]!];
            siloBuilder.Services.AddSingleton<ILoggerProvider, LogLines>();
            options.Broker(siloBuilder);
            siloBuilder.AddOrleansQueue(queue => queue
                .AddTopic<TestEvent>(Topic, topic => topic.Partitions(options.Partitions))
                .AddTopic<TestEvent>(Tests.Grains.ImplicitGrain.Topic, topic => topic.Partitions(options.Partitions)));
            if (!options.HasStreams)
            {
                return;
            }

            siloBuilder.AddOrleansQueueStreams(Provider, streams =>
            {
                streams.AddTopic(Topic).AddTopic(Tests.Grains.ImplicitGrain.Topic);
                options.Streams?.Invoke(streams);
            });
            options.Silo?.Invoke(siloBuilder);
        }
    }

    private sealed class Clients : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder)
        {
            clientBuilder.AddOrleansQueueStreams(Provider);
            Configurations[configuration[Key]!].Client?.Invoke(clientBuilder);
        }
    }
}
