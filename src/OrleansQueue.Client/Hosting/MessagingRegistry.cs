using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>Everything that was said with a builder, for one container of services.</summary>
internal sealed class MessagingRegistry
{
    private readonly Dictionary<string, TopicRegistration> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GroupRegistration> _groups = new(StringComparer.Ordinal);

    public ClientOptions Client { get; set; } = new();

    public IEnumerable<TopicRegistration> Topics => _topics.Values;

    public IEnumerable<GroupRegistration> Groups => _groups.Values;

    /// <summary>The one of some services; it is put there where there is none.</summary>
    public static MessagingRegistry In(IServiceCollection services)
    {
        var there = services.FirstOrDefault(static service => service.ServiceType == typeof(MessagingRegistry) && !service.IsKeyedService)?.ImplementationInstance;
        if (there is MessagingRegistry registry)
        {
            return registry;
        }

        registry = new MessagingRegistry();
        services.AddSingleton(registry);
        return registry;
    }

    public TopicRegistration TopicOf(string name) =>
        _topics.TryGetValue(name, out var topic) ? topic : _topics[name] = new TopicRegistration(name);

    public GroupRegistration GroupOf(string name) =>
        _groups.TryGetValue(name, out var group) ? group : _groups[name] = new GroupRegistration(name);

    /// <summary>How messages of a type are read from a topic, which need not be registered.</summary>
    public (string? Alias, IMessageSerializer<T> Serializer) ReadingOf<T>(string topic)
    {
        var type = _topics.GetValueOrDefault(topic)?.FindType<T>();
        return (type?.Alias, type?.Serializer ?? DefaultSerializer.Of<T>());
    }

    /// <summary>The one topic of a type.</summary>
    /// <exception cref="InvalidOperationException">It has several.</exception>
    public string OnlyTopicOf<T>()
    {
        var names = _topics.Values.Where(static topic => topic.FindType<T>() is not null).Select(static topic => topic.Name).ToList();
        return names.Count == 1
            ? names[0]
            : throw new InvalidOperationException($"{typeof(T).Name} has {names.Count} topics ({string.Join(", ", names)}); ask for its producer by the topic's name as key.");
    }
}

/// <summary>A setting that a topic is to have.</summary>
internal sealed record DeclaredSetting(string Name, Func<TopicSettings, object?> Get, Func<TopicSettings, TopicSettings> Set);

/// <summary>What was said of a topic.</summary>
internal sealed class TopicRegistration(string name)
{
    private readonly Dictionary<Type, object> _types = [];

    public string Name => name;

    public Dictionary<string, DeclaredSetting> Declared { get; } = [];

    public bool AppliesChanges { get; set; }

    public TopicSettings Apply(TopicSettings settings) => Declared.Values.Aggregate(settings, static (before, setting) => setting.Set(before));

    public TypeRegistration<T> TypeOf<T>()
    {
        if (!_types.TryGetValue(typeof(T), out var type))
        {
            _types[typeof(T)] = type = new TypeRegistration<T>();
        }

        return (TypeRegistration<T>)type;
    }

    public TypeRegistration<T>? FindType<T>() => (TypeRegistration<T>?)_types.GetValueOrDefault(typeof(T));

    /// <summary>The type of an alias; of messages without one, the only type that there is, or the one that has no alias.</summary>
    public ITypeRegistration? FindType(string? alias)
    {
        var types = _types.Values.Cast<ITypeRegistration>().ToList();
        return types.Find(type => type.Alias == alias) ?? (alias is null && types.Count == 1 ? types[0] : null);
    }
}

/// <summary>What was said of a type in a topic, for those who do not know the type.</summary>
internal interface ITypeRegistration
{
    string? Alias { get; }

    /// <summary>Reads a message of the type.</summary>
    object? Read(ReadOnlySpan<byte> value);
}

/// <summary>What was said of a type in a topic.</summary>
internal sealed class TypeRegistration<T> : ITypeRegistration
{
    public Func<T, MessageKey>? Key { get; set; }

    public string? Alias { get; set; }

    public IMessageSerializer<T>? Serializer { get; set; }

    public ProducerOptions Producer { get; set; } = new();

    public object? Read(ReadOnlySpan<byte> value) => (Serializer ?? DefaultSerializer.Of<T>()).Deserialize(value);

    public TypedProducerOptions<T> ToOptions() => new() { Key = Key, TypeAlias = Alias, Serializer = Serializer, Producer = Producer };
}

/// <summary>A handler of a group, made when the host starts and everything is said.</summary>
internal sealed record HandlerRegistration(string Topic, Func<MessagingRegistry, HandlerRoute> Create);

/// <summary>What was said of a group.</summary>
internal sealed class GroupRegistration(string name)
{
    public string Name => name;

    /// <summary>What kind of group its handlers make it; null where there are none yet.</summary>
    public GroupKind? Kind { get; set; }

    public StreamHandlerOptions Stream { get; } = new();

    public QueueHandlerOptions Queue { get; } = new();

    public List<HandlerRegistration> Handlers { get; } = [];

    /// <summary>Who handles what.</summary>
    /// <exception cref="InvalidOperationException">Two handlers would take the same messages.</exception>
    public HandlerRoutes ToRoutes(MessagingRegistry registry)
    {
        var routes = new Dictionary<string, IReadOnlyList<HandlerRoute>>(StringComparer.Ordinal);
        foreach (var topic in Handlers.GroupBy(static handler => handler.Topic))
        {
            var all = topic.Select(handler => handler.Create(registry)).ToList();
            if (all.GroupBy(static route => route.Alias).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            {
                throw new InvalidOperationException(
                    $"Group {Name} has {twice.Count()} handlers for messages of type {twice.Key ?? "(any)"} of topic {topic.Key}. Give each type an alias, or take another group.");
            }

            routes[topic.Key] = all;
        }

        return new HandlerRoutes(routes);
    }
}
