using OrleansQueue.Topics;

namespace OrleansQueue.Broker;

/// <summary>
/// The one door to a broker, over raw record batches. Clients, gateways and tools know nothing else. One implementation asks
/// the grains of a cluster, one runs in the caller's process on a clock of the caller's, for tests; both keep one contract.
/// <para>
/// What can be expected is answered as a value. A call throws <see cref="BrokerUnavailableException"/> where no answer came: the
/// outcome is then unknown, and it may be asked again with the same sequence without storing anything twice. It throws
/// <see cref="OperationCanceledException"/> when it was cancelled, which likewise says nothing of the outcome.
/// </para>
/// </summary>
public interface IBroker : ITopicVerbs, IProducerVerbs, IPartitionVerbs, IGroupVerbs, IQueueVerbs, IClusterVerbs;

/// <summary>Topics: create, find, list, alter, delete.</summary>
public interface ITopicVerbs
{
    /// <summary>Creates a topic at once or not at all.</summary>
    ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken);

    /// <summary>Finds a topic by name; null where there is none.</summary>
    ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken);

    /// <summary>Finds a topic to publish to. A broker that is set to creates it where there is none; by default it does not, and the answer is null.</summary>
    ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists topics in the order of their names.</summary>
    /// <param name="after">The list begins behind this name; null for all.</param>
    /// <param name="limit">The most topics to list, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Puts other settings in place of those of <paramref name="version"/>. The number of partitions can only grow.</summary>
    ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken);

    /// <summary>Deletes a topic with all its records; false where there is none. Its name is free at once.</summary>
    ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Idempotent producers.</summary>
public interface IProducerVerbs
{
    /// <summary>Gives a producer an identity that no other has; or, where it has one, the next epoch, which fences the one before.</summary>
    /// <param name="current">Who the producer was, or null where it is new.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken);
}

/// <summary>Partitions: produce, fetch, list offsets, describe.</summary>
public interface IPartitionVerbs
{
    /// <summary>Appends one record batch (Kafka's format, magic 2), all of it or nothing.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="batch">The batch. Its memory is the broker's from now on and must not change any more.</param>
    /// <param name="cancellationToken">Ends the wait; whether the batch is stored is then unknown.</param>
    ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken);

    /// <summary>Reads batches, and waits for some where there are none yet.</summary>
    ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken);

    /// <summary>Finds a place in a partition.</summary>
    ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken);

    /// <summary>Tells how a partition stands; null where there is no such partition.</summary>
    ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken);
}

/// <summary>Who a producer is.</summary>
/// <param name="Id">The producer.</param>
/// <param name="Epoch">Its incarnation; a later one fences the earlier ones.</param>
public readonly record struct ProducerIdentity(ProducerId Id, ProducerEpoch Epoch)
{
    /// <summary>The incarnation that comes after this one; null where the epochs of the id are used up and a new id is needed.</summary>
    public ProducerIdentity? Next() => Epoch.Value == short.MaxValue ? null : this with { Epoch = new((short)(Epoch.Value + 1)) };

    /// <summary>The incarnation that comes after this one, or the first of a new producer where there is none.</summary>
    internal ProducerIdentity NextOr(Func<ProducerId> newId) => Next() ?? new(newId(), new(0));
}

/// <summary>No answer came from the broker, so what became of the call is unknown. It may be made again.</summary>
public sealed class BrokerUnavailableException : Exception
{
    /// <summary>No answer came.</summary>
    /// <param name="message">What was tried.</param>
    /// <param name="inner">What happened to the call, if known.</param>
    public BrokerUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
