using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>
/// Picks messages of a window for a plan: those that were examined and are ready, then those that were not examined yet. Of these,
/// where the group is ordered, a message whose key is not free is passed over and noted, so that its key's line knows of it.
/// </summary>
internal sealed class LeasePicker(QueueState state, LeasePlan plan, bool isOrdered, bool isRequeued)
{
    // An entry of the journal holds them with room to spare.
    private const int MostPassedOver = 20_000;

    private readonly HashSet<ulong> _keys = [];
    private readonly List<Unfinished> _rows = [];
    private int _passedOver;
    private bool _isFull;

    /// <summary>What is leased, and what was passed over.</summary>
    public IReadOnlyList<Unfinished> Rows => _rows;

    /// <summary>Behind the last record that was examined.</summary>
    public Offset Examined { get; private set; } = isRequeued ? state.RequeueExamined : state.Examined;

    /// <summary>The epoch of the record before <see cref="Examined"/>; null where that did not move.</summary>
    public Epoch? ExaminedEpoch { get; private set; }

    /// <summary>Picks from an offset on as much as there is room for.</summary>
    /// <exception cref="InvalidBatchException">The records of a batch do not open.</exception>
    public void Pick(ScanWindow window, Offset from)
    {
        for (var i = window.IndexOf(from); i < window.Batches.Count && plan.HasRoom && !_isFull; i++)
        {
            var batch = window.Batches[i];
            var picked = new List<LeasedRange>();
            var room = plan.RoomIn(batch);
            room -= PickExamined(batch, Offset.Max(from, batch.First), room, picked);
            if (batch.End > Examined && room > 0)
            {
                PickNew(batch, room, picked);
            }

            plan.Add(batch, picked);
            _isFull |= room == 0;
        }
    }

    private long ValueOf(Offset offset) => Place.Of(offset, isRequeued).Value;

    private int PickExamined(WindowBatch batch, Offset from, int room, List<LeasedRange> picked)
    {
        var taken = 0;
        var end = ValueOf(Offset.Min(batch.End, Examined));
        for (var row = state.Next(ValueOf(from)); row is { } next && next.First < end && taken < room; row = state.Next(next.End))
        {
            if (next.State != MessageState.Available || !(next.Key == 0 || state.Lines.IsReady(next.First)))
            {
                continue;
            }

            var part = next with { First = Math.Max(next.First, ValueOf(from)), End = Math.Min(next.End, end) };
            part.End = Math.Min(part.End, part.First + room - taken);
            Lease(part, picked);
            taken += (int)part.Count;
        }

        return taken;
    }

    private void PickNew(WindowBatch batch, int room, List<LeasedRange> picked)
    {
        var first = Offset.Max(Examined, batch.First);
        if ((!isOrdered && batch.IsDense) || !batch.CanOpen)
        {
            var count = batch.CanOpen ? Math.Min(room, batch.End.Value - first.Value) : batch.End.Value - first.Value;
            Lease(new Unfinished { First = ValueOf(first), End = ValueOf(first) + count }, picked);
            MoveTo(first.Plus(count), batch);

            // What is left of the batch comes before any other: a next batch would move past it.
            _isFull |= Examined < batch.End;
            return;
        }

        var index = batch.Index;
        for (var (i, taken) = (index.RecordsOf(first.Value - batch.First.Value, 0).First, 0); i < index.Count; i++)
        {
            if (taken == room || _passedOver >= MostPassedOver)
            {
                _isFull = true;
                return;
            }

            var offset = batch.First.Plus(index.DeltaOf(i));
            taken += PickNew(offset, isOrdered ? index.KeyOf(i) : 0, picked);
            MoveTo(offset.Plus(1), batch);
        }

        MoveTo(batch.End, batch);
    }

    private int PickNew(Offset offset, ulong key, List<LeasedRange> picked)
    {
        var row = new Unfinished { First = ValueOf(offset), End = ValueOf(offset) + 1, Key = key };
        if (key == 0 || (state.Lines.IsFree(key) && _keys.Add(key)))
        {
            Lease(row, picked);
            return 1;
        }

        _rows.Add(row);
        _passedOver++;
        return 0;
    }

    private void Lease(in Unfinished part, List<LeasedRange> picked)
    {
        _rows.Add(part with { State = MessageState.Leased });
        var range = new LeasedRange(new Place(part.First).Offset, new Place(part.First).Offset.Plus(part.Count), part.Blamed + 1);
        LeasePlan.Join(picked, range);
    }

    private void MoveTo(Offset examined, WindowBatch batch)
    {
        Examined = examined;
        ExaminedEpoch = batch.Header.Epoch;
    }
}
