using OrleansQueue.Broker;

namespace OrleansQueue.Partitions;

/// <summary>Says who still needs what retention would delete.</summary>
internal interface IRetentionHolds
{
    /// <summary>The first record of a partition that a group needs, whatever its age; null where none does. What lies before it may go.</summary>
    /// <exception cref="BrokerUnavailableException">Somebody who may need some did not answer, so nothing may go.</exception>
    ValueTask<RetentionHold?> FindAsync(TopicPartition partition, CancellationToken cancellationToken);
}

/// <summary>A group that needs records of a partition.</summary>
/// <param name="Group">The group.</param>
/// <param name="From">The first offset that it needs.</param>
internal sealed record RetentionHold(string Group, Offset From);

/// <summary>Nobody needs anything: for a partition of which no group reads.</summary>
internal sealed class NoRetentionHolds : IRetentionHolds
{
    public static NoRetentionHolds Instance { get; } = new();

    public ValueTask<RetentionHold?> FindAsync(TopicPartition partition, CancellationToken cancellationToken) => new(default(RetentionHold));
}
