using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Queues;

/// <summary>What the cursor of a queue group asks of the rest of the broker. A call throws <see cref="BrokerUnavailableException"/> where no answer came.</summary>
internal interface IQueueSurroundings
{
    /// <summary>What the group says of a partition.</summary>
    ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken);

    /// <summary>Tells the group's circuit breaker how deliveries in a partition ended, and asks what may be leased there. What there is no group or no breaker for is free.</summary>
    ValueTask<QueuePermit> ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken);

    /// <inheritdoc cref="IPartitionVerbs.FetchAsync"/>
    ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken);

    /// <inheritdoc cref="IPartitionVerbs.ProduceAsync"/>
    ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);

    /// <inheritdoc cref="Groups.IGroupSurroundings.OpenOwnTopicAsync"/>
    ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken);

    /// <summary>A number for a producer that no other has.</summary>
    ProducerId NewProducerId();
}

/// <summary>What a group says of a partition that a cursor is asked for.</summary>
internal abstract record QueueLookup
{
    private QueueLookup()
    {
    }

    /// <summary>The group reads the partition.</summary>
    /// <param name="Assignment">How.</param>
    public sealed record Found(QueueAssignment Assignment) : QueueLookup;

    /// <summary>There is no such group.</summary>
    public sealed record UnknownGroup : QueueLookup;

    /// <summary>The group is of another kind.</summary>
    /// <param name="Kind">What it is.</param>
    public sealed record OtherKind(GroupKind Kind) : QueueLookup;

    /// <summary>The group does not read the partition.</summary>
    public sealed record UnknownPartition : QueueLookup;
}

/// <summary>How a queue group reads a partition.</summary>
/// <param name="TopicName">The topic's name.</param>
/// <param name="Partitions">How many partitions the topic has.</param>
/// <param name="Durability">What leases and settlements must survive: the topic's durability.</param>
/// <param name="Incarnation">The epoch in which the group was created; another group of the same name has another.</param>
/// <param name="Start">Where the group began in the partition.</param>
/// <param name="Settings">How it leases.</param>
/// <param name="IsPaused">Whether nothing is to be leased for now.</param>
internal sealed record QueueAssignment(
    string TopicName, int Partitions, Durability Durability, Epoch Incarnation, Position Start, QueueSettings Settings, bool IsPaused);

/// <summary>Whether a partition has messages to lease.</summary>
/// <param name="Messages">How many there are at least, as far as that is known; 0 where none came in time.</param>
/// <param name="Stamp">Counts the requests for messages that the partition has had; to be named in the next question, so that nobody is woken twice for the same messages.</param>
internal readonly record struct QueueNews(int Messages, long Stamp);
