using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>Settlements, and leases and waits that are over.</summary>
internal sealed partial class QueueCursor
{
    // An entry of the journal holds them with room to spare.
    private const int RowsAtOnce = 10_000;

    private const string Rejected = "rejected";
    private const string LeaseOver = "The lease was over before the message was settled.";

    /// <inheritdoc cref="ILeaseVerbs.SettleAsync"/>
    public async ValueTask<SettleResult> SettleAsync(SettleRequest request)
    {
        var refusals = new List<SettleRefusal>();
        Settle(request.Settlements, refusals);
        _ = Ask();
        Changed();
        await KeptAsync(refusals);
        return new SettleResult.Settled(refusals);
    }

    private void Settle(IReadOnlyList<Settlement> settlements, List<SettleRefusal> refusals)
    {
        Tick();
        for (var i = 0; i < settlements.Count; i++)
        {
            Settle(settlements[i], refusals);
        }
    }

    private void Settle(Settlement settlement, List<SettleRefusal> refusals)
    {
        if (settlement.Lease.Cursor != _state.Cursor || _state.FindLease(settlement.Lease.Number) is not { } lease)
        {
            refusals.Add(new SettleRefusal(settlement.Lease, settlement.Offsets));
            return;
        }

        // A lease holds messages of one of the two logs.
        var isRequeued = lease.First < 0;
        var first = Place.Of(settlement.Offsets.First, isRequeued).Value;
        var end = Place.Of(settlement.Offsets.End, isRequeued).Value;
        var held = _state.HeldBy(lease.Number, first, end).ToList();
        Refuse(settlement, held, first, end, refusals);
        if (held.Count != 0)
        {
            Settle(settlement, held);
        }
    }

    private static void Refuse(Settlement settlement, List<Unfinished> held, long first, long end, List<SettleRefusal> refusals)
    {
        var next = first;
        foreach (var part in held)
        {
            if (part.First > next)
            {
                refusals.Add(new SettleRefusal(settlement.Lease, new OffsetRange(new Place(next).Offset, new Place(part.First).Offset)));
            }

            next = part.End;
        }

        if (next < end)
        {
            refusals.Add(new SettleRefusal(settlement.Lease, new OffsetRange(new Place(next).Offset, settlement.Offsets.End)));
        }
    }

    /// <summary>What is changed here is written when its caller waits for it, or leases with the same request.</summary>
    private void Settle(Settlement settlement, List<Unfinished> held)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Complete:
                Count(held, succeeded: true);
                Add(RangesOf(new QueueEntryWriter(QueueEntryKind.Completed), held));
                break;
            case SettlementKind.Renew:
                var length = (long)(settlement.Time ?? Assignment.Settings.Lease).TotalMilliseconds;
                Add(RangesOf(new QueueEntryWriter(QueueEntryKind.Renewed).Number(settlement.Lease.Number).Number(Now).Number(length), held));
                break;
            case SettlementKind.Release:
                Add(RowsOf(held.Select(Freed)));
                break;
            case SettlementKind.DeadLetter:
                Count(held, succeeded: false);
                held.ForEach(row => GiveUp(row, Now, settlement.Reason ?? Rejected, settlement.Error ?? ""));
                break;
            default:
                Count(held, succeeded: false);
                var now = Now;
                Blame(held, _ => now, settlement.Error ?? "", settlement.Time);
                break;
        }
    }

    /// <summary>
    /// Lets leases and waits end whose time is over. That a lease is over is noted, so that an owner who comes after this one does not take it
    /// for one that is still held; nobody waits until that is kept.
    /// </summary>
    private void Tick()
    {
        while (_state.NextDue is { } due && due <= Now && !IsLost)
        {
            var over = _state.TakeOver(Now).Where(static row => row.State == MessageState.Leased).ToList();
            Expire(over);
            foreach (var some in over.Chunk(RowsAtOnce))
            {
                Blame(some, static row => row.At, LeaseOver, null);
            }
        }
    }

    /// <summary>Deliveries failed: their messages wait for the next, or are given up where it was the last.</summary>
    private void Blame(IReadOnlyList<Unfinished> rows, Func<Unfinished, long> failed, string error, TimeSpan? delay)
    {
        var again = new List<Unfinished>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Blamed + 1 < Assignment.Settings.MaxDeliveries)
            {
                again.Add(Blamed(row, failed(row), delay));
            }
            else
            {
                GiveUp(row, failed(row), Settlement.TooManyDeliveries, error);
            }
        }

        if (again.Count != 0)
        {
            Change(RowsOf(again));
        }
    }

    private static Unfinished Freed(Unfinished row) => row with { State = MessageState.Available, Lease = 0, At = 0 };

    /// <summary>A message after a delivery that failed at some time.</summary>
    private Unfinished Blamed(Unfinished row, long failed, TimeSpan? delay)
    {
        var wait = (long)(delay ?? Backoff.After(row.Blamed + 1, row.First, Assignment.Settings.Backoff, Assignment.Settings.MaxBackoff)).TotalMilliseconds;
        return row with { Blamed = row.Blamed + 1, Lease = 0, At = wait == 0 ? 0 : failed + wait, State = wait == 0 ? MessageState.Available : MessageState.Delayed };
    }

    private static QueueEntryWriter RangesOf(QueueEntryWriter entry, List<Unfinished> rows)
    {
        foreach (var row in rows)
        {
            entry.Range(row.First, row.End);
        }

        return entry;
    }

    private static QueueEntryWriter RowsOf(IEnumerable<Unfinished> rows) => new QueueEntryWriter(QueueEntryKind.Changed).Rows(rows);
}
