using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>
/// Leases of a group that shares between tenants: it looks ahead, so that it knows who waits behind another's backlog, and leases by turns of those
/// who wait.
/// </summary>
internal sealed partial class QueueCursor
{
    // Looking further ahead would cost memory for what may wait anyway; a run of one tenant's messages is one row, however long.
    private const int MostRowsAhead = 100_000;

    // Messages that came behind a backlog are looked for so often; a request that finds some to lease need not wait for more.
    private static readonly TimeSpan LookAge = TimeSpan.FromMilliseconds(20);

    // What an entry of the journal holds with room to spare.
    private const int MostRowsOfScan = 20_000;

    private long? _lookedAt;

    private bool HasTenants => Assignment.Settings.TenantHeader is not null;

    /// <summary>Whether to look at what comes behind the records that were examined: there is something, or may be.</summary>
    private bool IsToLookAhead => _state.RowCount < (_state.Lines.HasReady ? MostRowsAhead : MostRows)
        && (_state.Examined < _end || !_state.Lines.HasReady || _lookedAt is not { } at || _clock.GetElapsedTime(at) >= LookAge);

    /// <inheritdoc cref="FillAsync"/>
    private async ValueTask<LeaseResult?> FillByTurnsAsync(LeasePlan plan, long number, string owner, TimeSpan duration)
    {
        try
        {
            if (await LookAheadAsync() is { } problem)
            {
                return problem;
            }

            var picks = new TenantPicks(plan.MaxMessages, plan.MaxBytes);
            try
            {
                return await PickByTurnsAsync(picks, number, owner, duration);
            }
            finally
            {
                picks.PutInto(plan);
            }
        }
        catch (Exception damage) when (damage is LogDamagedException or InvalidBatchException)
        {
            return new LeaseResult.Damaged(damage.Message);
        }
    }

    /// <summary>Examines records that were not, some at a time; answers what stood in the way of the first, or null.</summary>
    private async ValueTask<LeaseResult?> LookAheadAsync()
    {
        for (var reads = 0; reads < MostReads && IsToLookAhead && (reads == 0 || _state.Examined < _end); reads++)
        {
            var from = _state.Examined;
            _lookedAt = _clock.GetTimestamp();
            var (window, problem) = await FindWindowAsync(Place.InTopic(from));
            if (problem is not null || window is null)
            {
                return _state.Lines.HasReady ? null : problem;
            }

            ThrowIfLost();
            if (from == _state.Examined)
            {
                var scan = new TenantScan(Assignment.Settings, from, _state.ExaminedEpoch, MostRowsOfScan);
                scan.Examine(window);
                Change(QueueChanges.Examined(scan.Examined, scan.Epoch, _state.RequeueExamined, scan.Rows));
            }
        }

        return null;
    }

    private async ValueTask<LeaseResult?> PickByTurnsAsync(TenantPicks picks, long number, string owner, TimeSpan duration)
    {
        for (var reads = 0; picks.HasRoom && reads < MostReads && _state.Lines.Turns.Active != 0;)
        {
            Tick();
            var place = Place.InTopic(new Offset(_state.Lines.Turns.FirstReady));
            reads += _windows.Find(place) is null ? 1 : 0;
            var (window, problem) = await FindWindowAsync(place);
            if (problem is not null || window is null)
            {
                return problem;
            }

            ThrowIfLost();
            if (_state.Lines.Turns.Active == 0 || _state.Lines.Turns.FirstReady != place.Value || PassRemoved(window, place))
            {
                // While that was read it was settled, expired or removed.
                continue;
            }

            var batch = window.Batches[window.IndexOf(place.Offset)];
            var row = picks.Cut(_state.Next(place.Value)!.Value, batch, _state.Lines.Turns.Active);
            var entry = LeasedEntry(number, owner, duration, _state.Examined, _state.ExaminedEpoch, _state.RequeueExamined);
            _state.Lines.Turns.Serve(row.Tenant, row.Count);
            Change(entry.Row(row with { State = MessageState.Leased }));
            _gate.Leased(number);
            picks.Add(row, batch);
        }

        return null;
    }
}
