namespace OrleansQueue.Broker;

/// <summary>Groups of kind <see cref="GroupKind.Queue"/>: lease and settle messages, and what became of those that nobody could process.</summary>
public interface IQueueVerbs : ILeaseVerbs, IDeadLetterVerbs;

/// <summary>
/// Leases. A message is leased to one owner at a time and is invisible to all others until it is settled or its lease is over. The
/// lease is the authority to settle; membership of the group is not needed for it.
/// </summary>
public interface ILeaseVerbs
{
    /// <summary>Settles what the request names, then leases messages that nobody else has, as many as there are now up to its limits. It never waits for more.</summary>
    ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken);

    /// <summary>Settles messages: completes, abandons, releases or dead-letters them, or renews their leases. Each settlement stands for itself.</summary>
    ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until a partition has messages for a member, who then leases them. A wait carries no credit: a member that waits blocks nobody,
    /// and of several that wait only as many are told as there are messages.
    /// </summary>
    ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken);

    /// <summary>Tells how a partition stands for a group of kind Queue; null where there is no such group, or it does not read that partition.</summary>
    ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken);
}

/// <summary>Dead letters of groups of kind Queue. The records lie in a topic of their own, <see cref="DeadLetters.Topic"/>, and are read as any others are.</summary>
public interface IDeadLetterVerbs
{
    /// <summary>Which dead letters of a partition are neither redriven nor purged; null where there is no such group, or it does not read that partition.</summary>
    ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken);

    /// <summary>Puts dead letters back for their group alone, ahead of what it has not read yet, with their attempts reset and their history kept in their headers.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition that the messages came from.</param>
    /// <param name="letters">Offsets of dead letters in the dead-letter topic; null for all.</param>
    /// <param name="cancellationToken">Ends the wait; asking again goes on with what is left.</param>
    /// <returns>How many were put back; null where there is no such group, or it does not read that partition.</returns>
    ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken);

    /// <summary>Gives dead letters up: they are not listed and cannot be redriven any more. Their records stay until their retention is over.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partition">The partition that the messages came from.</param>
    /// <param name="letters">Offsets of dead letters in the dead-letter topic; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were given up; null where there is no such group, or it does not read that partition.</returns>
    ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken);
}
