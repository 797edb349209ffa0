using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Streams.Agents;

/// <summary>The topics of a provider on a silo. Their partitions are its queues: it knows them when the silo has started, and they stay as many.</summary>
internal sealed class StreamTopics(IReadOnlyList<string> names, BrokerClient client, MessagingRegistry registry, ILogger logger) : IStreamQueueMapper
{
    private readonly Dictionary<string, TopicDescription> _found = new(StringComparer.Ordinal);

    /// <summary>Creates the topics that are missing, and has their growth refused.</summary>
    public async Task EnsureAsync()
    {
        foreach (var name in names)
        {
            await client.Context.Background.RunAsync(() => TopicSetup.EnsureAsync(client.Context, registry.TopicOf(name), logger, CancellationToken.None));
            var found = await client.Context.Background.RunAsync(() => Client.Topics.FindAsync(client.Context, name, CancellationToken.None));
            _found[name] = await client.Context.Background.RunAsync(() => FixAsync(found));
        }
    }

    /// <summary>A topic that grew would send events of a stream to another partition than before, whose order with the earlier ones nobody keeps.</summary>
    private async Task<TopicDescription> FixAsync(TopicDescription topic)
    {
        while (!topic.Settings.FixedPartitions)
        {
            var (present, settings) = (topic, topic.Settings with { FixedPartitions = true });
            switch (await client.Context.InsistAsync(
                $"Refusing the growth of topic {topic.Name}", token => client.Context.Broker.AlterTopicAsync(present.Name, settings, present.Version, token), CancellationToken.None))
            {
                case AlterTopicResult.Conflict conflict:
                    topic = conflict.Topic;
                    break;
                case AlterTopicResult.Altered altered:
                    return altered.Topic;
                case AlterTopicResult.Refused refused:
                    logger.GrowthNotRefused(topic.Name, refused.Reason);
                    return topic;
                default:
                    return topic;
            }
        }

        return topic;
    }

    public IEnumerable<QueueId> GetAllQueues() => _found.Values.SelectMany(static topic =>
        Enumerable.Range(0, topic.Settings.Partitions).Select(number => QueueOf(topic.Name, number)));

    /// <exception cref="ArgumentException">The namespace of the stream is no topic of the provider.</exception>
    public QueueId GetQueueForStream(StreamId streamId)
    {
        var name = NameOf(streamId);
        return _found.TryGetValue(name, out var topic)
            ? QueueOf(name, Murmur2.PartitionOf(streamId.Key.Span, topic.Settings.Partitions))
            : throw new ArgumentException($"The namespace of stream {streamId} is no topic of its provider, which has: {string.Join(", ", names)}. Name it with AddTopic.", nameof(streamId));
    }

    /// <summary>The partition that a queue is.</summary>
    public TopicPartition PartitionOf(QueueId queue) => new(_found[queue.GetStringNamePrefix()].Id, NumberOf(queue));

    /// <summary>The number of the partition that a queue is.</summary>
    public static Partition NumberOf(QueueId queue) => new((int)queue.GetNumericId());

    /// <summary>The topic of a stream.</summary>
    public static string NameOf(StreamId stream) => Encoding.UTF8.GetString(stream.Namespace.Span);

    private static QueueId QueueOf(string topic, int number) => QueueId.GetQueueId(topic, (uint)number, (uint)Murmur2.Hash(Encoding.UTF8.GetBytes(topic)) + (uint)number);
}
