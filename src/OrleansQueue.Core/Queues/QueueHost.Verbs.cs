using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>What is asked of the cursor.</summary>
internal sealed partial class QueueHost
{
    /// <inheritdoc cref="ILeaseVerbs.LeaseAsync"/>
    public async ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) => request.Check() is { } refusal
        ? new LeaseResult.Refused(refusal)
        : await AskAsync<LeaseResult>(
            static lookup => lookup switch
            {
                QueueLookup.OtherKind other => new LeaseResult.OtherKind(other.Kind),
                QueueLookup.UnknownPartition => new LeaseResult.UnknownPartition(),
                _ => new LeaseResult.UnknownGroup(),
            },
            cursor => cursor.LeaseAsync(request, cancellationToken));

    /// <inheritdoc cref="ILeaseVerbs.SettleAsync"/>
    public async ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken) => request.Check() is { } refusal
        ? new SettleResult.Refused(refusal)
        : await AskAsync<SettleResult>(
            static lookup => lookup is QueueLookup.UnknownPartition ? new SettleResult.UnknownPartition() : new SettleResult.UnknownGroup(),
            cursor => cursor.SettleAsync(request));

    /// <summary>Waits until there are messages to lease that the asker was not told of yet.</summary>
    /// <param name="known">The stamp of the answer before; -1 at first.</param>
    /// <param name="longest">How long to wait, at most <see cref="FetchRequest.LongestWait"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<QueueNews> WatchAsync(long known, TimeSpan longest, CancellationToken cancellationToken) =>
        await AskAsync<QueueNews?>(static _ => null, async cursor => await cursor.WatchAsync(known, longest, cancellationToken))
        ?? throw new BrokerUnavailableException($"Group {_group} does not read partition {_partition} now.");

    /// <inheritdoc cref="ILeaseVerbs.DescribeQueueAsync"/>
    public ValueTask<QueueStatus?> DescribeAsync(CancellationToken cancellationToken) =>
        AskAsync<QueueStatus?>(static _ => null, static async cursor => await cursor.DescribeAsync());

    /// <summary>The first offset of the topic that the group has not finished, whether or not it was looked at; null where the group does not read the partition. What lies before it is never asked for again, unless the group is moved.</summary>
    public ValueTask<Offset?> FindNeededAsync() => AskAsync<Offset?>(static _ => null, static async cursor => await cursor.FindNeededAsync());

    /// <inheritdoc cref="IDeadLetterVerbs.FindDeadLettersAsync"/>
    public ValueTask<DeadLetters?> FindDeadLettersAsync(CancellationToken cancellationToken) =>
        AskAsync<DeadLetters?>(static _ => null, static async cursor => await cursor.FindDeadLettersAsync());

    /// <inheritdoc cref="IDeadLetterVerbs.RedriveAsync"/>
    public ValueTask<long?> RedriveAsync(IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskAsync<long?>(static _ => null, async cursor => await cursor.RedriveAsync(letters));

    /// <inheritdoc cref="IDeadLetterVerbs.PurgeDeadLettersAsync"/>
    public ValueTask<long?> PurgeAsync(IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskAsync<long?>(static _ => null, async cursor => await cursor.PurgeAsync(letters));

    /// <summary>Moves the group: what lies before the position is done, what lies behind it is there again as if it had never been delivered. All leases are over.</summary>
    public async ValueTask SeekAsync(Position to, CancellationToken cancellationToken) => await AskAsync(
        static _ => false,
        async cursor =>
        {
            await cursor.SeekAsync(to);
            return true;
        });

    /// <summary>Deletes all that the group keeps of the partition; the group or the topic is going.</summary>
    public async ValueTask DropAsync(CancellationToken cancellationToken)
    {
        if (_opened is { } opening)
        {
            await Waits.EndOfAsync(opening);
            if (opening is { IsCompletedSuccessfully: true, Result.Cursor: { } cursor })
            {
                Close(cursor);
            }
        }

        await _closing;
        await QueueCursor.DeleteAsync(_group, _partition, _store, cancellationToken);
    }
}
