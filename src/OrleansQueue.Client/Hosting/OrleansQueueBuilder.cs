using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>
/// Says what topics an application has, what it publishes and who handles what. It is the same on a silo and on a client, and
/// everything adds: parts of an application may each call it for themselves.
/// </summary>
public sealed class OrleansQueueBuilder
{
    private readonly MessagingRegistry _registry;

    internal OrleansQueueBuilder(IServiceCollection services)
    {
        Services = services;
        _registry = MessagingRegistry.In(services);
    }

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Says that messages of a type are published to a topic, which is created at start where it is missing. Inject
    /// <see cref="ITopicProducer{T}"/> to publish: by the topic's name as key, or without a key where the type has one topic.
    /// </summary>
    /// <typeparam name="T">The messages. A topic may carry several types; all but one of them then need an alias.</typeparam>
    /// <param name="name">The topic's name.</param>
    /// <param name="configure">How the topic is to be, and how messages become records. Default: the broker's defaults, JSON, no key.</param>
    /// <exception cref="ArgumentException">The name or a setting is out of its range.</exception>
    public OrleansQueueBuilder AddTopic<T>(string name, Action<TopicBuilder<T>>? configure = null)
    {
        ThrowIfWrong(TopicName.CheckOwn(name), nameof(name));
        var topic = _registry.TopicOf(name);
        configure?.Invoke(new TopicBuilder<T>(topic));
        ThrowIfWrong(topic.Apply(new TopicSettings()).Check() ?? topic.TypeOf<T>().ToOptions().Check(), nameof(configure));
        Services.TryAddKeyedSingleton<ITopicProducer<T>>(name, static (provider, key) => Create<T>(provider, (string)key!));
        Services.TryAddSingleton(static provider =>
            provider.GetRequiredKeyedService<ITopicProducer<T>>(provider.GetRequiredService<MessagingRegistry>().OnlyTopicOf<T>()));
        return this;
    }

    /// <summary>
    /// Handles messages of a type one by one as a stream group does: each partition in order, partitions side by side. The group
    /// is created where there is none.
    /// </summary>
    /// <typeparam name="T">The messages.</typeparam>
    /// <typeparam name="THandler">The handler. It is made for each message in a scope of its own, unless the application registers it otherwise.</typeparam>
    /// <param name="topic">The topic's name. What <see cref="AddTopic{T}"/> says of the type holds here, too.</param>
    /// <param name="group">The group's name. Handlers of one group may read several topics.</param>
    /// <param name="configure">Sets what is to be other than the defaults, for the whole group.</param>
    /// <exception cref="ArgumentException">A name or an option is out of its range.</exception>
    public OrleansQueueBuilder AddStreamHandler<T, THandler>(string topic, string group, Action<StreamHandlerOptions>? configure = null)
        where THandler : class, IMessageHandler<T>
    {
        var registration = GroupOf(topic, group, GroupKind.Stream);
        configure?.Invoke(registration.Stream);
        ThrowIfWrong(registration.Stream.Check(), nameof(configure));
        return AddRoute<T, THandler>(registration, topic, static (alias, serializer) => new MessageRoute<T, THandler>(alias, serializer));
    }

    /// <summary>Handles messages of a type in batches as a stream group does: each partition in order, partitions side by side.</summary>
    /// <inheritdoc cref="AddStreamHandler{T, THandler}"/>
    public OrleansQueueBuilder AddStreamBatchHandler<T, THandler>(string topic, string group, Action<StreamBatchHandlerOptions>? configure = null)
        where THandler : class, IBatchHandler<T>
    {
        var registration = GroupOf(topic, group, GroupKind.Stream);
        var options = new StreamBatchHandlerOptions { Group = registration.Stream };
        configure?.Invoke(options);
        ThrowIfWrong(options.Check(), nameof(configure));
        return AddRoute<T, THandler>(registration, topic, (alias, serializer) => new BatchRoute<T, THandler>(alias, serializer, new BatchShape(options.MaxMessages, options.MaxWait)));
    }

    /// <summary>
    /// Handles messages of a type one by one as a queue group does: each is leased to one member of the group at a time, completed when the
    /// handler returns and delivered again later when it throws, until it is dead-lettered. The group is created where there is none;
    /// one of another kind stops the start.
    /// </summary>
    /// <typeparam name="T">The messages.</typeparam>
    /// <typeparam name="THandler">The handler. It is made for each message in a scope of its own, unless the application registers it otherwise.</typeparam>
    /// <param name="topic">The topic's name. What <see cref="AddTopic{T}"/> says of the type holds here, too.</param>
    /// <param name="group">The group's name. Handlers of one group may read several topics.</param>
    /// <param name="configure">Sets what is to be other than the defaults, for the whole group.</param>
    /// <exception cref="ArgumentException">A name or an option is out of its range, or the group has stream handlers.</exception>
    public OrleansQueueBuilder AddQueueHandler<T, THandler>(string topic, string group, Action<QueueHandlerOptions>? configure = null)
        where THandler : class, IMessageHandler<T>
    {
        var registration = GroupOf(topic, group, GroupKind.Queue);
        configure?.Invoke(registration.Queue);
        ThrowIfWrong(registration.Queue.Check(), nameof(configure));
        return AddRoute<T, THandler>(registration, topic, static (alias, serializer) => new MessageRoute<T, THandler>(alias, serializer));
    }

    /// <summary>Handles messages of a type in batches as a queue group does. A batch may hold messages of several partitions, in no order.</summary>
    /// <inheritdoc cref="AddQueueHandler{T, THandler}"/>
    public OrleansQueueBuilder AddQueueBatchHandler<T, THandler>(string topic, string group, Action<QueueBatchHandlerOptions>? configure = null)
        where THandler : class, IBatchHandler<T>
    {
        var registration = GroupOf(topic, group, GroupKind.Queue);
        var options = new QueueBatchHandlerOptions { Group = registration.Queue };
        configure?.Invoke(options);
        ThrowIfWrong(options.Check(), nameof(configure));
        return AddRoute<T, THandler>(registration, topic, (alias, serializer) => new BatchRoute<T, THandler>(alias, serializer, new BatchShape(options.MaxMessages, options.MaxWait)));
    }

    /// <summary>Changes what holds for everything that the application opens.</summary>
    /// <param name="change">Makes the new options of those before.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public OrleansQueueBuilder ConfigureClient(Func<ClientOptions, ClientOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _registry.Client = change(_registry.Client);
        ThrowIfWrong(_registry.Client.Check(), nameof(change));
        return this;
    }

    private OrleansQueueBuilder AddRoute<T, THandler>(GroupRegistration group, string topic, Func<string?, IMessageSerializer<T>, HandlerRoute> create)
        where THandler : class
    {
        Services.TryAddScoped<THandler>();
        group.Handlers.Add(new(topic, registry =>
        {
            var (alias, serializer) = registry.ReadingOf<T>(topic);
            return create(alias, serializer);
        }));
        return this;
    }

    private GroupRegistration GroupOf(string topic, string group, GroupKind kind)
    {
        ThrowIfWrong(TopicName.Check(topic), nameof(topic));
        ThrowIfWrong(GroupName.Check(group), nameof(group));
        var registration = _registry.GroupOf(group);
        registration.Kind ??= kind;
        ThrowIfWrong(registration.Kind == kind ? null : Refusal.OfText("group kind", kind.ToString(), $"{registration.Kind}, which group {group} has by its other handlers"), nameof(group));
        return registration;
    }

    private static HostedProducer<T> Create<T>(IServiceProvider provider, string topic)
    {
        var registry = provider.GetRequiredService<MessagingRegistry>();
        var client = provider.GetRequiredService<BrokerClient>();
        var producers = provider.GetRequiredService<HostedProducers>();
        var registration = registry.TopicOf(topic);
        var options = registration.TypeOf<T>().ToOptions();
        var producer = new HostedProducer<T>(topic, client.Context, options.Producer.DrainTimeout, cancellationToken => client.Context.Background.RunAsync(async () =>
        {
            if (!producers.AreTopicsThere)
            {
                // A service of the application may publish while the host still starts.
                await TopicSetup.EnsureAsync(client.Context, registration, client.Context.Options.Logging.CreateLogger(HostingLog.Category), cancellationToken);
            }

            return await client.OpenProducerAsync(topic, options, cancellationToken);
        }));
        producers.Add(producer);
        return producer;
    }

    private static void ThrowIfWrong(Refusal? wrong, string parameter)
    {
        if (wrong is not null)
        {
            throw new ArgumentException(wrong.ToString(), parameter);
        }
    }
}
