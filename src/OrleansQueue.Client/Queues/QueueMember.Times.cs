using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// What comes with time, whatever the application's threads do: leases are renewed at a third of theirs, those that ran out are given
/// up, and messages that take too long count as failed.
/// </summary>
internal sealed partial class QueueMember
{
    private readonly Signal _ticks = new();
    private readonly Alarm _alarm;

    private async Task KeepTimesAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            await _ticks.WaitAsync();
            var lost = new List<CancellationTokenSource>();
            bool isStuck;
            lock (_lock)
            {
                if (_ended.IsCancellationRequested)
                {
                    return;
                }

                KeepTimes(lost);
                Pump(null);
                isStuck = IsStuck();
            }

            CancelAll(lost);
            if (isStuck)
            {
                StopWatching();
            }
        }
    }

    /// <summary>Whether there has been no room for messages for a while.</summary>
    private bool IsStuck()
    {
        if (_fullSince is not { } since)
        {
            return false;
        }

        var left = LongestFull - Client.Clock.GetElapsedTime(since);
        _alarm.Set(left > TimeSpan.Zero ? left : null);
        return left <= TimeSpan.Zero;
    }

    private void KeepTimes(List<CancellationTokenSource> lost)
    {
        var now = Client.Clock.GetTimestamp();
        foreach (var cursor in _cursors.Values)
        {
            foreach (var lease in cursor.Leases.ToList())
            {
                if (lease.Deadline <= now)
                {
                    Logger.LeaseRanOut(Group, lease.Open, cursor.Id.Partition, cursor.Topic);
                    Lose(lease, new OffsetRange(Offset.Zero, new Offset(long.MaxValue)), lost);
                    continue;
                }

                EndLateOnes(lease, now, lost);
                if (lease.Open != 0 && lease.RenewAt <= now)
                {
                    lease.MakeRenewalDue();
                    cursor.Tell(lease, Client.Clock);
                }

                WatchTimesOf(lease);
            }
        }
    }

    /// <summary>The alarm rings when something is to be done for a lease.</summary>
    private void WatchTimesOf(HeldLease lease)
    {
        var now = Client.Clock.GetTimestamp();
        _alarm.Set(Client.Clock.GetElapsedTime(now, Math.Max(now, Math.Min(lease.RenewAt, lease.Deadline))));
    }

    private void EndLateOnes(HeldLease lease, long now, List<CancellationTokenSource> lost)
    {
        if (Options.MaxProcessingTime == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        for (var i = 0; i < lease.Next; i++)
        {
            if (lease[i].State != HeldState.InHand)
            {
                continue;
            }

            var left = Options.MaxProcessingTime - Client.Clock.GetElapsedTime(lease[i].Began, now);
            if (left > TimeSpan.Zero)
            {
                _alarm.Set(left);
                continue;
            }

            Logger.TookTooLong(Group, lease[i].Delivery.MessageId, lease[i].First, lease.Cursor.Id.Partition, lease.Cursor.Topic, Options.MaxProcessingTime);
            Count(ClientTelemetry.TimedOut, lease.Cursor, 1);
            var failure = new PendingSettlement { Kind = SettlementKind.Abandon, Error = $"{typeof(TimeoutException).FullName}: It was in hand for more than {Options.MaxProcessingTime}." };
            Settle(lease, i, failure, HeldState.Lost, lost);
        }
    }

    /// <summary>What became of settlements.</summary>
    private void Answered(QueueCursor cursor, SettlementBatch batch, IReadOnlyList<SettleRefusal> refusals, long sent)
    {
        var lost = new List<CancellationTokenSource>();
        lock (_lock)
        {
            foreach (var lease in batch.Renewed)
            {
                lease.Extend(sent, Client.Clock);
                WatchTimesOf(lease);
            }

            foreach (var refusal in refusals)
            {
                Refused(cursor, batch, refusal, lost);
            }
        }

        CancelAll(lost);
        batch.Answer(refusals);
    }

    private void Refused(QueueCursor cursor, SettlementBatch batch, SettleRefusal refusal, List<CancellationTokenSource> lost)
    {
        var before = _held;
        if (batch.Leases.TryGetValue(refusal.Lease, out var lease))
        {
            Lose(lease, refusal.Offsets, lost);
        }

        if (_held != before)
        {
            Logger.LeaseRanOut(Group, before - _held, cursor.Id.Partition, cursor.Topic);
        }
        else if (batch.IsRepeated)
        {
            Logger.RepeatedSettlementRefused(Group, refusal.Offsets.First, refusal.Offsets.End, cursor.Id.Partition, cursor.Topic);
        }
        else
        {
            TellRefused(cursor, refusal.Offsets.First, lease is null ? 1 : CountIn(lease, refusal.Offsets));
        }
    }

    private static int CountIn(HeldLease lease, OffsetRange offsets)
    {
        var count = 0;
        for (var i = 0; i < lease.Count; i++)
        {
            count += offsets.Contains(lease[i].First) ? 1 : 0;
        }

        return count;
    }

    /// <summary>Messages of a lease are held no more; others get them, or nobody does.</summary>
    private void Lose(HeldLease lease, OffsetRange offsets, List<CancellationTokenSource> lost)
    {
        var count = 0;
        for (var i = 0; i < lease.Count; i++)
        {
            if (lease[i].IsHeld && offsets.Contains(lease[i].First))
            {
                Close(lease, i, HeldState.Lost, lost);
                count++;
            }
        }

        Count(ClientTelemetry.LeasesLost, lease.Cursor, count);
    }

    private void TellRefused(QueueCursor cursor, Offset first, int count)
    {
        Logger.SettledTooLate(Group, count, first, cursor.Id.Partition, cursor.Topic);
        Count(ClientTelemetry.SettledTooLate, cursor, count);
    }

    private void Count(System.Diagnostics.Metrics.Counter<long> counter, QueueCursor cursor, int count) =>
        counter.Add(count, ClientTelemetry.Topic(cursor.Topic), ClientTelemetry.Group(Group));

    /// <summary>The application may have a say in that, so it is not done under the lock.</summary>
    private void CancelAll(List<CancellationTokenSource> lost) => lost.ForEach(source => source.Cancel(Logger, Group));
}
