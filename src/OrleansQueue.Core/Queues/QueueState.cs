using OrleansQueue.Journals;

namespace OrleansQueue.Queues;

/// <summary>
/// All that is durable of a queue group in one partition: up to where the records were examined, which of those are not done and how they
/// stand, who holds them, and what became dead letters. Entries and snapshots: docs/formats/queues.md.
/// <para>
/// That a wait is over is no entry: it follows from what is there and the time. So an entry says how messages stand from then on, whatever
/// the one who reads it takes them for.
/// </para>
/// </summary>
internal sealed partial class QueueState : IJournalState, IUnfinishedObserver
{
    private readonly Dictionary<long, QueueLease> _leases = [];
    private readonly List<QueueLease> _emptied = [];
    private readonly long[] _messages = new long[4];
    private readonly QueueTimes _times = new();
    private KeyLines _lines = new();
    private UnfinishedMap _rows;

    public QueueState() => _rows = new UnfinishedMap(this);

    /// <summary>The epoch in which the cursor was created; null where there is none yet.</summary>
    public Epoch? Cursor { get; private set; }

    /// <summary>The epoch in which the group was created that the cursor belongs to.</summary>
    public Epoch Incarnation { get; private set; } = Epoch.None;

    /// <summary>Behind the last record of the topic's partition that was examined.</summary>
    public Offset Examined { get; private set; }

    /// <summary>The epoch of the record before <see cref="Examined"/>.</summary>
    public Epoch ExaminedEpoch { get; private set; } = Epoch.None;

    /// <summary>Behind the last record of the requeue log that was examined.</summary>
    public Offset RequeueExamined { get; private set; }

    /// <summary>The number of the next lease.</summary>
    public long NextLease { get; private set; } = 1;

    /// <summary>The last time that an owner is known to have given or renewed a lease at, by its clock, in milliseconds since 1970.</summary>
    public long LeaseTime { get; private set; }

    /// <summary>How many rows there are.</summary>
    public int RowCount => _rows.Count;

    /// <summary>Which messages may be leased.</summary>
    public KeyLines Lines => _lines;

    /// <summary>When a lease or a wait may be over next; null where there is none.</summary>
    public long? NextDue => _times.Next;

    /// <summary>Every message of the topic's partition below this offset is done.</summary>
    public Offset Finished => _rows.Next(0) is { } row && row.First < Examined.Value ? new Offset(row.First) : Examined;

    /// <summary>Every message of the requeue log below this offset is done.</summary>
    public Offset RequeueFinished => _rows.Next(long.MinValue) is { First: < 0 } row ? new Place(row.First).Offset : RequeueExamined;

    /// <summary>How many messages stand so.</summary>
    public long CountOf(MessageState state) => _messages[(int)state];

    /// <summary>The first row that ends behind a place; null where there is none.</summary>
    public Unfinished? Next(long place) => _rows.Next(place);

    /// <summary>Who holds a lease; null where it holds nothing.</summary>
    public QueueLease? FindLease(long number) => _leases.GetValueOrDefault(number);

    /// <summary>The parts of a range that are held under a lease.</summary>
    public IEnumerable<Unfinished> HeldBy(long lease, long first, long end)
    {
        for (var row = _rows.Next(first); row is { } held && held.First < end; row = _rows.Next(held.End))
        {
            if (held.State == MessageState.Leased && held.Lease == lease)
            {
                yield return held with { First = Math.Max(held.First, first), End = Math.Min(held.End, end) };
            }
        }
    }

    /// <summary>Takes out which leases and waits are over: the messages that are to stand otherwise now.</summary>
    public List<Unfinished> TakeOver(long now)
    {
        var over = new List<Unfinished>();
        while (_times.TryTake(now, out var due))
        {
            if (!due.IsLease)
            {
                if (_rows.Next(due.Id) is { State: MessageState.Delayed } row && row.First <= due.Id && row.At <= now)
                {
                    over.Add(row);
                    Put(row with { State = MessageState.Available, At = 0 });
                }
            }
            else if (_leases.TryGetValue(due.Id, out var lease))
            {
                TakeOver(lease, now, over);
            }
        }

        return over;
    }

    /// <summary>Has messages stand otherwise, as follows from what is kept; see the remark on the class.</summary>
    public void Put(in Unfinished row)
    {
        _rows.Set(row);
        Prune();
        if (_times.IsCrowded(_rows.Count))
        {
            RebuildTimes();
        }
    }

    void IUnfinishedObserver.Added(in Unfinished row)
    {
        _messages[(int)row.State] += row.Count;
        _lines.Add(row);
        if (row.State == MessageState.Leased && _leases.TryGetValue(row.Lease, out var lease))
        {
            lease.Messages += row.Count;
            lease.First = Math.Min(lease.First, row.First);
            lease.End = Math.Max(lease.End, row.End);
        }

        AddTime(row);
    }

    void IUnfinishedObserver.Removed(in Unfinished row)
    {
        _messages[(int)row.State] -= row.Count;
        _lines.Remove(row);
        if (row.State == MessageState.Leased && _leases.TryGetValue(row.Lease, out var lease) && (lease.Messages -= row.Count) == 0)
        {
            _emptied.Add(lease);
        }
    }

    private void TakeOver(QueueLease lease, long now, List<Unfinished> over)
    {
        var left = long.MaxValue;
        lease.Due = long.MaxValue;
        foreach (var held in HeldBy(lease.Number, lease.First, lease.End).ToList())
        {
            if (held.At > now)
            {
                left = Math.Min(left, held.At);
                continue;
            }

            over.Add(held);
            Put(held with { State = MessageState.Available, Lease = 0, At = 0 });
        }

        if (left != long.MaxValue)
        {
            AddDue(lease, left);
        }
    }

    private void AddTime(in Unfinished row)
    {
        if (row.State == MessageState.Delayed)
        {
            _times.AddPlace(row.At, row.First);
        }
        else if (row.State == MessageState.Leased && _leases.TryGetValue(row.Lease, out var lease) && row.At < lease.Due)
        {
            AddDue(lease, row.At);
        }
    }

    private void AddDue(QueueLease lease, long at)
    {
        lease.Due = at;
        _times.AddLease(at, lease.Number);
    }

    private void RebuildTimes()
    {
        _times.Clear();
        foreach (var lease in _leases.Values)
        {
            lease.Due = long.MaxValue;
        }

        foreach (var row in _rows.Rows())
        {
            AddTime(row);
        }
    }

    /// <summary>Forgets the leases that hold nothing any more.</summary>
    private void Prune()
    {
        foreach (var lease in _emptied)
        {
            if (lease.Messages == 0)
            {
                _leases.Remove(lease.Number);
            }
        }

        _emptied.Clear();
    }
}
