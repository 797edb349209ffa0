using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>Leases.</summary>
internal sealed partial class QueueCursor
{
    // Many rows are a sign that messages which nobody may lease yet lie between others. What lies behind them waits then, so that memory has an end.
    private const int MostRows = 200_000;

    // Messages that lie far apart cost a read each; more of them come with the next request.
    private const int MostReads = 16;

    // One request after the other picks, or several would read the same records to find them taken.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _leaseCalls;

    /// <inheritdoc cref="ILeaseVerbs.LeaseAsync"/>
    public async ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        var refusals = new List<SettleRefusal>();
        Settle(request.Settlements, refusals);
        await HearAsync(LeasedUnheard);
        var plan = NewPlan(request);
        var duration = request.Duration ?? Assignment.Settings.Lease;
        long number = 0;
        LeaseResult? problem = null;
        if (plan.HasRoom)
        {
            if (_turn.CurrentCount == 0)
            {
                _journal.Begin();
            }

            await _turn.WaitAsync(cancellationToken);
            try
            {
                number = _state.NextLease;
                plan = _gate.IsFree ? plan : NewPlan(request);
                problem = await FillAsync(plan, number, request.Owner, duration);
                if (HasTenants && plan.IsEmpty && problem is null)
                {
                    problem = await FillByTurnsAsync(plan, number, request.Owner, duration);
                }
            }
            finally
            {
                _turn.Release();
                _leaseCalls++;
                Changed();
            }
        }
        else
        {
            // What was settled may have set messages free for others.
            Changed();
        }

        var hasMore = !plan.IsEmpty && HasMessages && _gate.IsFree;
        await KeptAsync(refusals);
        return plan.IsEmpty && problem is not null
            ? problem
            : new LeaseResult.Leased(new LeaseId(_state.Cursor!.Value, number), plan.Parts, plan.Selection, duration, plan.IsRequeued, hasMore, refusals);
    }

    private bool HasMessages => _state.Lines.HasReady || _state.RequeueExamined < _requeueEnd || (_state.Examined < _end && _state.RowCount < MostRows);

    /// <summary>Leases until the plan is full or there is nothing more; answers what stood in the way, or null. What was put back comes first, whosever it is.</summary>
    private async ValueTask<LeaseResult?> FillAsync(LeasePlan plan, long number, string owner, TimeSpan duration)
    {
        for (var reads = 0; plan.HasRoom && reads < MostReads; reads++)
        {
            Tick();
            if (NextPlace() is not { } place || (!plan.IsEmpty && (place.IsRequeued != plan.IsRequeued || !plan.IsBehind(place.Offset))) || (HasTenants && !place.IsRequeued))
            {
                return null;
            }

            try
            {
                var (window, problem) = await FindWindowAsync(place);
                if (problem is not null || window is null)
                {
                    return problem;
                }

                ThrowIfLost();
                if (NextPlace() != place)
                {
                    // While that was read, a message was put back that comes first.
                    continue;
                }

                plan.IsRequeued = place.IsRequeued;
                if (!PassRemoved(window, place))
                {
                    Lease(plan, window, place, number, owner, duration);
                }
            }
            catch (Exception damage) when (damage is LogDamagedException or InvalidBatchException)
            {
                return new LeaseResult.Damaged(damage.Message);
            }
        }

        return null;
    }

    /// <summary>The place to lease from next; null where there is none but perhaps at the end of the partition.</summary>
    private Place? NextPlace()
    {
        if (_state.Lines.HasReady && new Place(_state.Lines.FirstReady) is { IsRequeued: true } redriven)
        {
            return redriven;
        }

        if (_state.RequeueExamined < _requeueEnd)
        {
            return Place.Requeued(_state.RequeueExamined);
        }

        return _state.Lines.HasReady ? new Place(_state.Lines.FirstReady)
            : _state.RowCount < MostRows ? Place.InTopic(_state.Examined)
            : null;
    }

    /// <summary>A message whose record was removed from the log is done.</summary>
    private bool PassRemoved(ScanWindow window, Place place)
    {
        var first = Place.Of(window.Batches[window.IndexOf(place.Offset)].First, place.IsRequeued).Value;
        if (first <= place.Value || _state.Next(place.Value) is not { } row || row.First > place.Value)
        {
            return false;
        }

        Change(new QueueEntryWriter(QueueEntryKind.Completed).Range(place.Value, Math.Min(row.End, first)));
        return true;
    }

    private void Lease(LeasePlan plan, ScanWindow window, Place from, long number, string owner, TimeSpan duration)
    {
        var picker = new LeasePicker(_state, plan, Assignment.Settings.OrderedByKey, from.IsRequeued);
        picker.Pick(window, from.Offset);
        var entry = LeasedEntry(
            number,
            owner,
            duration,
            from.IsRequeued ? _state.Examined : picker.Examined,
            from.IsRequeued ? _state.ExaminedEpoch : picker.ExaminedEpoch ?? _state.ExaminedEpoch,
            from.IsRequeued ? picker.Examined : _state.RequeueExamined);
        Change(entry.Rows(picker.Rows));
        if (!plan.IsEmpty)
        {
            _gate.Leased(number);
        }
    }

    /// <summary>The beginning of an entry of a lease, before its rows.</summary>
    private QueueEntryWriter LeasedEntry(long number, string owner, TimeSpan duration, Offset examined, Epoch epoch, Offset requeueExamined) =>
        new QueueEntryWriter(QueueEntryKind.Leased).Number(number).Text(owner).Number(Now).Number((long)duration.TotalMilliseconds)
            .Number(examined.Value).Number(epoch.Value).Number(requeueExamined.Value);
}
