using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Topics;

namespace OrleansQueue.Partitions;

/// <summary>What is deleted, and when.</summary>
internal sealed partial class PartitionServer
{
    // As long as a log that failed may take to open itself again, and how often groups are asked that hold what is past its time.
    private static readonly TimeSpan RetentionRetry = TimeSpan.FromMinutes(1);

    private string? _heldBy;

    private Retention ByTime => new(_settings.RetentionTime);

    /// <summary>A topic that drops its oldest records when it is full does so whoever needs them: that is what was asked for.</summary>
    private Retention ByBytes => new(null, _settings.WhenFull == WhenFull.DropOldest ? _settings.RetentionBytes : null);

    /// <summary>
    /// Deletes what is past its retention, and answers when to look again; null where nothing will ever be. One that is lost or closed answers a
    /// time too: the same records are the next owner's to delete, and whoever asks again reaches it.
    /// </summary>
    public async ValueTask<Timestamp?> ApplyRetentionAsync(CancellationToken cancellationToken)
    {
        var waits = false;
        if (await FindLogAsync() is { } log)
        {
            if (ByBytes.Bytes is not null || log.IsDeletionOpen)
            {
                await log.ApplyRetentionAsync(ByBytes, protectedFrom: null, cancellationToken);
            }

            waits = await DeleteExpiredAsync(log, cancellationToken);
            LeaveIfFenced(log);
        }

        return waits || (!_deleted && (IsLost || _closed)) ? Timestamp.Now(_clock).Plus(RetentionRetry) : await NextRetentionAsync(cancellationToken);
    }

    /// <summary>When retention will next have something to delete; null where it never will.</summary>
    public async ValueTask<Timestamp?> NextRetentionAsync(CancellationToken cancellationToken)
    {
        if (await FindLogAsync() is not { } log)
        {
            return null;
        }

        // A log that cannot be written just now does not say when. Its records will be past their time all the same.
        var waits = log.Damage is null && (log.IsDeletionOpen || (ByTime.Time is not null && log.Offsets.LogStart < log.Offsets.HighWatermark));
        return await log.NextExpiryAsync(ByTime, cancellationToken) ?? (waits ? Timestamp.Now(_clock).Plus(RetentionRetry) : null);
    }

    /// <summary>Deletes what is past its time and nobody needs; answers whether something is that stays for now.</summary>
    private async ValueTask<bool> DeleteExpiredAsync(PartitionLog log, CancellationToken cancellationToken)
    {
        if (!await IsExpiredAsync(log, cancellationToken))
        {
            _heldBy = null;
            return false;
        }

        try
        {
            // Of what comes while groups are asked nobody has said that it may go, and a group that begins meanwhile is to get it.
            var end = log.Offsets.HighWatermark;
            var hold = await _holds.FindAsync(new TopicPartition(_topic, _partition), cancellationToken);
            await log.ApplyRetentionAsync(ByTime, Offset.Min(hold?.From ?? end, end), cancellationToken);
            var isHeld = hold?.From < end && await IsExpiredAsync(log, cancellationToken);
            Tell(isHeld ? hold : null);
            return isHeld;
        }
        catch (BrokerUnavailableException error)
        {
            _events.RetentionFailed(LogId.ForPartition(_topic, _partition), error);
            return true;
        }
    }

    private async ValueTask<bool> IsExpiredAsync(PartitionLog log, CancellationToken cancellationToken) =>
        await log.NextExpiryAsync(ByTime, cancellationToken) <= Timestamp.Now(_clock);

    private void Tell(RetentionHold? hold)
    {
        if (hold is not null && hold.Group != _heldBy)
        {
            _events.RetentionHeld(new TopicPartition(_topic, _partition), hold.Group, hold.From);
        }

        _heldBy = hold?.Group;
    }

    /// <summary>The batch that began a new segment is kept, whatever becomes of the old ones; the next new segment tries again.</summary>
    private async ValueTask DropOldestAsync(PartitionLog log)
    {
        try
        {
            await log.ApplyRetentionAsync(ByBytes, protectedFrom: null, CancellationToken.None);
        }
        catch (IOException error)
        {
            _events.RetentionFailed(LogId.ForPartition(_topic, _partition), error);
        }

        LeaveIfFenced(log);
    }
}
