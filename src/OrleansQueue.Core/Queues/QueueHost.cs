using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>
/// Holds one group's cursor in one partition: opens it when it is first asked for, opens it again after a failure, asks the group for
/// its settings now and then, and lets the cursor go where the group is no more. It belongs to one scheduler, as the cursor does.
/// </summary>
internal sealed class QueueHost : IAsyncDisposable
{
    public QueueHost(
        string group, TopicPartition partition, ILogStore store, IQueueSurroundings surroundings, TimeProvider clock, ILogEvents events)
    {
    }

    /// <summary>Whether another owner took the cursor, or its storage failed. The next call opens it again; a shell may rather leave and let that happen elsewhere.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Ends all waits, for good: watches answer at once. It may be called from any thread.</summary>
    public void EndWaits() => throw new NotSupportedException();

    /// <summary>Gives up the memory that only a busy cursor needs, where it was not used since it was last asked to; answers whether it was used.</summary>
    public bool Idle() => throw new NotSupportedException();

    /// <inheritdoc cref="ILeaseVerbs.LeaseAsync"/>
    public ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="ILeaseVerbs.SettleAsync"/>
    public ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Waits until there are messages to lease that the asker was not told of yet.</summary>
    /// <param name="known">The stamp of the answer before; -1 at first.</param>
    /// <param name="longest">How long to wait, at most <see cref="FetchRequest.LongestWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<QueueNews> WatchAsync(long known, TimeSpan longest, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="ILeaseVerbs.DescribeQueueAsync"/>
    public ValueTask<QueueStatus?> DescribeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="IDeadLetterVerbs.FindDeadLettersAsync"/>
    public ValueTask<DeadLetters?> FindDeadLettersAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="IDeadLetterVerbs.RedriveAsync"/>
    public ValueTask<long?> RedriveAsync(IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc cref="IDeadLetterVerbs.PurgeDeadLettersAsync"/>
    public ValueTask<long?> PurgeAsync(IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Moves the group: what lies before the position is done, what lies behind it is there again as if it had never been delivered. All leases are over.</summary>
    public ValueTask SeekAsync(Position to, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Deletes all that the group keeps of the partition; the group or the topic is going.</summary>
    public ValueTask DropAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
