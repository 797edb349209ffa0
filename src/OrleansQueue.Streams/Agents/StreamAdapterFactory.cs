using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Providers;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Filtering;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Agents;

/// <summary>Makes a silo's parts of a provider, and hears of consumers that want to go back.</summary>
internal sealed class StreamAdapterFactory(string name, StreamTopics topics, StreamFeeds feeds, StreamProducers producers)
    : IQueueAdapterFactory, IControllable, IAsyncDisposable
{
    /// <summary>The command that tells of a consumer that wants to go back; its argument is the stream.</summary>
    public const int Rewind = (int)PersistentStreamProviderCommand.AdapterFactoryCommandStartRange + 1;

    /// <summary>The feeds of the silo.</summary>
    public StreamFeeds Feeds => feeds;

    public static StreamAdapterFactory Create(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<OrleansQueueStreamOptions>>().Get(name);
        if (options.Check() is { } wrong)
        {
            throw new OrleansConfigurationException($"The options of stream provider {name} are wrong: {wrong}");
        }

        OrleansInternals.Check();
        var client = services.GetRequiredService<BrokerClient>();
        var registry = services.GetRequiredService<MessagingRegistry>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger($"OrleansQueue.Streams.{name}");
        var topics = new StreamTopics(options.Topics, client, registry, logger);
        var broker = services.GetRequiredService<IBroker>();
        var readers = services.GetRequiredService<EventReaders>();
        var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var grains = services.GetRequiredService<IGrainFactory>();
        var silo = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var isFiltered = services.GetKeyedService<IStreamFilter>(name) is not null;
        PartitionFeed Feed(QueueId queue)
        {
            var (owner, partition) = (Guid.NewGuid(), StreamTopics.NumberOf(queue));
            IPositionStore PositionsOf(TopicId topic) => new GrainPositions(grains, new PositionsKey(new TopicPartition(topic, partition), name), owner, silo);
            return new PartitionFeed(new FeedSettings(name, queue.GetStringNamePrefix(), partition, broker, PositionsOf, options, isFiltered, readers, clock, logger));
        }

        var feeds = new StreamFeeds(Feed, services.GetRequiredService<AgentIndex>(), services.GetRequiredService<IGrainContextAccessor>());
        return new StreamAdapterFactory(name, topics, feeds, new StreamProducers(client, registry));
    }

    /// <summary>The topics, known once the silo is active.</summary>
    public StreamTopics Topics => topics;

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(new StreamAdapter(name, producers, feeds));

    public IQueueAdapterCache GetQueueAdapterCache() => feeds;

    public IStreamQueueMapper GetStreamQueueMapper() => topics;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public Task<object> ExecuteCommand(int command, object arg)
    {
        if (command != Rewind || arg is not StreamId stream)
        {
            throw new ArgumentOutOfRangeException(nameof(command), command, "The provider does not know this command.");
        }

        feeds.Find(topics.GetQueueForStream(stream))?.Rewind(stream);
        return Task.FromResult<object>(true);
    }

    public ValueTask DisposeAsync() => producers.DisposeAsync();
}

/// <summary>Makes a client's parts of a provider, which only publish.</summary>
internal sealed class ClientAdapterFactory(string name, StreamProducers producers) : IQueueAdapterFactory, IAsyncDisposable
{
    public static ClientAdapterFactory Create(IServiceProvider services, string name) =>
        new(name, new StreamProducers(services.GetRequiredService<BrokerClient>(), services.GetRequiredService<MessagingRegistry>()));

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(new StreamAdapter(name, producers, null));

    public IQueueAdapterCache GetQueueAdapterCache() => throw new NotSupportedException("A client has no cache of streams.");

    public IStreamQueueMapper GetStreamQueueMapper() => throw new NotSupportedException("A client has no queues of streams.");

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) => throw new NotSupportedException("A client delivers nothing.");

    public ValueTask DisposeAsync() => producers.DisposeAsync();
}
