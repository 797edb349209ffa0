using OrleansQueue.Batches;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>
/// Says how a topic is to be, and how messages of a type become its records. What is not said is left as it is; a new topic
/// takes the broker's defaults for it.
/// </summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed class TopicBuilder<T>
{
    private readonly TopicRegistration _topic;

    internal TopicBuilder(TopicRegistration topic) => _topic = topic;

    /// <summary>Gives a message its key, which decides the partition: messages of one key stay in order. Default: no key.</summary>
    public TopicBuilder<T> Key(Func<T, MessageKey> key)
    {
        _topic.TypeOf<T>().Key = key;
        return this;
    }

    /// <summary>What consumers of a topic with several types know this one by, 1 to 255 characters. Default: none.</summary>
    public TopicBuilder<T> Type(string alias)
    {
        _topic.TypeOf<T>().Alias = alias;
        return this;
    }

    /// <summary>Writes and reads the messages. Default: JSON; bytes as they are where T is <c>byte[]</c> or <c>ReadOnlyMemory&lt;byte&gt;</c>.</summary>
    public TopicBuilder<T> Serializer(IMessageSerializer<T> serializer)
    {
        _topic.TypeOf<T>().Serializer = serializer;
        return this;
    }

    /// <summary>How the producer sends. Default: those of <see cref="ProducerOptions"/>.</summary>
    public TopicBuilder<T> Producer(ProducerOptions options)
    {
        _topic.TypeOf<T>().Producer = options;
        return this;
    }

    /// <inheritdoc cref="TopicSettings.Partitions"/>
    public TopicBuilder<T> Partitions(int count) => Declare("partitions", static topic => topic.Partitions, topic => topic with { Partitions = count });

    /// <inheritdoc cref="TopicSettings.Durability"/>
    public TopicBuilder<T> Durability(Durability durability) =>
        Declare("durability", static topic => topic.Durability, topic => topic with { Durability = durability });

    /// <inheritdoc cref="TopicSettings.RetentionTime"/>
    public TopicBuilder<T> RetentionTime(TimeSpan? time) =>
        Declare("retention time", static topic => topic.RetentionTime, topic => topic with { RetentionTime = time });

    /// <inheritdoc cref="TopicSettings.RetentionBytes"/>
    public TopicBuilder<T> RetentionBytes(long? bytes) =>
        Declare("retention bytes", static topic => topic.RetentionBytes, topic => topic with { RetentionBytes = bytes });

    /// <inheritdoc cref="TopicSettings.WhenFull"/>
    public TopicBuilder<T> WhenFull(WhenFull whenFull) =>
        Declare("when full", static topic => topic.WhenFull, topic => topic with { WhenFull = whenFull });

    /// <inheritdoc cref="TopicSettings.Timestamps"/>
    public TopicBuilder<T> Timestamps(TimestampKind timestamps) =>
        Declare("timestamps", static topic => topic.Timestamps, topic => topic with { Timestamps = timestamps });

    /// <inheritdoc cref="TopicSettings.AcceptForeignCodecs"/>
    public TopicBuilder<T> AcceptForeignCodecs(bool accept = true) =>
        Declare("foreign codecs", static topic => topic.AcceptForeignCodecs, topic => topic with { AcceptForeignCodecs = accept });

    /// <inheritdoc cref="TopicSettings.FixedPartitions"/>
    public TopicBuilder<T> FixedPartitions(bool areFixed = true) =>
        Declare("growth", static topic => topic.FixedPartitions, topic => topic with { FixedPartitions = areFixed });

    /// <summary>Changes a topic that is there already where it is otherwise than said here. Default: it is left as it is, and the difference is logged.</summary>
    public TopicBuilder<T> ApplyChanges()
    {
        _topic.AppliesChanges = true;
        return this;
    }

    private TopicBuilder<T> Declare(string name, Func<TopicSettings, object?> get, Func<TopicSettings, TopicSettings> set)
    {
        _topic.Declared[name] = new(name, get, set);
        return this;
    }
}
