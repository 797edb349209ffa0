using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Streams;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Streams.Tokens;

namespace OrleansQueue.Streams.Events;

/// <summary>Some events of one stream as they are delivered. They are read where the consumer is, as the type that it asks for.</summary>
[GenerateSerializer, Immutable, Alias("oq.stream-batch"), SerializationCallbacks(typeof(OnDeserializedCallbacks))]
internal sealed class StreamBatch : IBatchContainer, IOnDeserialized
{
    [Id(0)]
    public required StreamId StreamId { get; init; }

    /// <summary>Behind the last event.</summary>
    [Id(1)]
    public required long Next { get; init; }

    [Id(2)]
    public required long[] Offsets { get; init; }

    /// <summary>The length of each value.</summary>
    [Id(3)]
    public required int[] Lengths { get; init; }

    /// <summary>The values, one behind the other.</summary>
    [Id(4)]
    public required BatchFrame Values { get; init; }

    /// <summary>The alias of each event's type; null where none has one.</summary>
    [Id(5)]
    public string?[]? Types { get; init; }

    /// <summary>The topic that they lie in.</summary>
    [Id(6)]
    public required TopicId Topic { get; init; }

    /// <summary>How the events are read where they are; not part of what is sent.</summary>
    [field: NonSerialized]
    public EventReaders? Readers { get; set; }

    /// <summary>Whose delivery this is, on the silo that makes it.</summary>
    [field: NonSerialized]
    public Delivery.Subscription? Subscription { get; init; }

    /// <summary>The spans in which the events were published, on the silo that delivers them.</summary>
    [field: NonSerialized]
    public IReadOnlyList<string> Traces { get; init; } = [];

    public StreamSequenceToken SequenceToken => new DeliveredToken(Next, Topic);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        var topic = System.Text.Encoding.UTF8.GetString(StreamId.Namespace.Span);
        var reader = (Readers ?? EventReaders.Default).Of<T>(topic);
        var parts = Values.Parts;
        var whole = parts.Count == Offsets.Length ? default : Values.ToMemory();
        var at = 0;
        for (var i = 0; i < Offsets.Length; i++)
        {
            // As many parts as events where the batch was made, one part where it came from elsewhere.
            var value = whole.IsEmpty && parts.Count == Offsets.Length ? parts[i] : whole.Slice(at, Lengths[i]);
            at += Lengths[i];
            if (reader.Takes(Types?[i]))
            {
                yield return Tuple.Create(reader.Read(topic, Offsets[i], value, Types?[i]), (StreamSequenceToken)new OffsetToken(Offsets[i]));
            }
        }
    }

    public bool ImportRequestContext() => false;

    void IOnDeserialized.OnDeserialized(DeserializationContext context) => Readers = context.ServiceProvider.GetService<EventReaders>();
}
