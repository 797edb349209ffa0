using System.Collections.Concurrent;
using OrleansQueue.Client;

namespace OrleansQueue.Streams.Events;

/// <summary>How the events of topics are read and written: as the application said with <c>AddTopic</c>, and as JSON where it said nothing.</summary>
internal sealed class EventReaders(MessagingRegistry registry)
{
    private readonly ConcurrentDictionary<(string Topic, Type Type), object> _readers = new();

    /// <summary>Those of an application that said nothing.</summary>
    public static EventReaders Default { get; } = new(new MessagingRegistry());

    /// <summary>How events of a topic are read as a type.</summary>
    public EventReader<T> Of<T>(string topic) =>
        (EventReader<T>)_readers.GetOrAdd((topic, typeof(T)), static (key, registry) => Create<T>(registry, key.Topic), registry);

    private static EventReader<T> Create<T>(MessagingRegistry registry, string topic)
    {
        if (typeof(T) == typeof(object))
        {
            // Who asks for any object, as a filter, gets the type that the application said, and JSON as it is where it said none.
            return new EventReader<T>(null, registry.ReadingOf<T>(topic).Serializer, registry.TopicOf(topic).FindType);
        }

        var (alias, serializer) = registry.ReadingOf<T>(topic);
        return new EventReader<T>(alias, serializer);
    }
}

/// <summary>Reads events as a type.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="alias">The alias of the type in the topic, or null.</param>
/// <param name="serializer">Reads the values.</param>
/// <param name="typeOf">Finds the type of an alias, where any type is asked for.</param>
internal sealed class EventReader<T>(string? alias, IMessageSerializer<T> serializer, Func<string?, ITypeRegistration?>? typeOf = null)
{
    /// <summary>Whether an event is one of the type: where the type has an alias, events of another alias are not.</summary>
    public bool Takes(string? type) => alias is null || type is null || type == alias;

    /// <exception cref="MessageFormatException">The value is none of the type.</exception>
    public T Read(string topic, long offset, ReadOnlyMemory<byte> value, string? type)
    {
        try
        {
            return typeOf?.Invoke(type) is { } known ? (T)known.Read(value.Span)! : serializer.Deserialize(value.Span);
        }
        catch (Exception problem) when (problem is not MessageFormatException)
        {
            throw new MessageFormatException($"The event at offset {offset} of topic {topic}{(type is null ? "" : $", of type {type},")} cannot be read as {typeof(T).Name}: {problem.Message}");
        }
    }
}
