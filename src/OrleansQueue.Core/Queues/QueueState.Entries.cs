using System.Buffers;
using OrleansQueue.Batches;

namespace OrleansQueue.Queues;

/// <summary>How entries change the state, and how a snapshot shows it.</summary>
internal sealed partial class QueueState
{
    private readonly SortedDictionary<Place, DyingMessage> _dyingAt = [];
    private readonly Queue<Place> _dyingOrder = new();

    /// <summary>The first message that is to become a dead letter; null where there is none.</summary>
    public DyingMessage? FirstDying => _dyingOrder.TryPeek(out var place) ? _dyingAt[place] : null;

    /// <summary>The dead letters that were neither redriven nor purged.</summary>
    public OffsetSet Dead { get; } = new();

    /// <summary>The dead letters that are being put back.</summary>
    public OffsetSet Redriving { get; } = new();

    /// <summary>Which of the dead letters, also of those that are being put back, park their keys.</summary>
    public ParkedKeys Parked { get; private set; } = new();

    /// <summary>Who appends dead letters; null where nobody has yet.</summary>
    public CursorProducer? DeadProducer { get; private set; }

    /// <summary>Who appends what is redriven; null where nobody has yet.</summary>
    public CursorProducer? RequeueProducer { get; private set; }

    public void Apply(ReadOnlySpan<byte> entry)
    {
        var reader = new QueueEntryWriter.Reader(entry);
        var kind = (QueueEntryKind)reader.Byte();
        switch (kind)
        {
            case QueueEntryKind.Created:
                Incarnation = new Epoch((int)reader.Number());
                Cursor = new Epoch((int)reader.Number());
                MoveTo(ref reader);
                break;
            case QueueEntryKind.Leased:
                ApplyLeased(ref reader);
                break;
            case QueueEntryKind.Examined:
                MoveTo(ref reader);
                RequeueExamined = new Offset(reader.Number());
                ApplyRows(ref reader);
                break;
            case QueueEntryKind.Completed:
                ApplyCompleted(ref reader);
                break;
            case QueueEntryKind.Changed:
                ApplyRows(ref reader);
                break;
            case QueueEntryKind.Renewed:
                ApplyRenewed(ref reader);
                break;
            case QueueEntryKind.Sought:
                // Whoever moves the group wants all of it, also what waits for dead letters.
                FreeKeys(AllLetters);
                ApplyLost(ref reader);
                break;
            case QueueEntryKind.Lost:
                ApplyLost(ref reader);
                break;
            case QueueEntryKind.Reached:
                NextLease = reader.Number();
                RequeueExamined = new Offset(reader.Number());
                LeaseTime = reader.Number();
                break;
            case QueueEntryKind.Clock:
                ApplyClock(reader.Number());
                break;
            case QueueEntryKind.Owner:
                var number = reader.Number();
                _leases[number] = new QueueLease(number, reader.Text());
                break;
            default:
                ApplyDead(kind, ref reader);
                break;
        }

        Prune();
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        foreach (var entry in Entries())
        {
            var length = to.GetSpan(VarInt.MaxBytes32);
            to.Advance(VarInt.Write(length, entry.Entry.Length));
            to.Write(entry.Entry);
        }
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        Clear();
        for (var at = 0; at < snapshot.Length;)
        {
            if (!VarInt.TryRead(snapshot, ref at, out int length) || length < 1 || length > snapshot.Length - at)
            {
                throw new InvalidDataException("A snapshot of a queue's journal ends too early.");
            }

            Apply(snapshot.Slice(at, length));
            at += length;
        }
    }

    private void Clear()
    {
        _leases.Clear();
        _emptied.Clear();
        Array.Clear(_messages);
        _times.Clear();
        _lines = new KeyLines();
        _rows = new UnfinishedMap(this);
        _dyingAt.Clear();
        _dyingOrder.Clear();
        Dead.Clear();
        Redriving.Clear();
        Parked = new ParkedKeys();
        (Cursor, DeadProducer, RequeueProducer) = (null, null, null);
    }

    private IEnumerable<QueueEntryWriter> Entries()
    {
        if (Cursor is not { } cursor)
        {
            yield break;
        }

        yield return new QueueEntryWriter(QueueEntryKind.Created).Number(Incarnation.Value).Number(cursor.Value).Number(Examined.Value).Number(ExaminedEpoch.Value);
        yield return new QueueEntryWriter(QueueEntryKind.Reached).Number(NextLease).Number(RequeueExamined.Value).Number(LeaseTime);
        foreach (var lease in _leases.Values.OrderBy(lease => lease.Number))
        {
            yield return new QueueEntryWriter(QueueEntryKind.Owner).Number(lease.Number).Text(lease.Owner);
        }

        yield return new QueueEntryWriter(QueueEntryKind.Changed).Rows(_rows.Rows());
        foreach (var producer in (QueueEntryWriter?[])[QueueChanges.Producer(DeadProducer, isRequeue: false), QueueChanges.Producer(RequeueProducer, isRequeue: true)])
        {
            if (producer is not null)
            {
                yield return producer;
            }
        }

        foreach (var dying in _dyingOrder)
        {
            yield return QueueChanges.Dying(_dyingAt[dying], Next(dying.Value)?.Key ?? 0);
        }

        yield return QueueChanges.Ranges(QueueEntryKind.Open, Dead.Ranges);
        yield return QueueChanges.Ranges(QueueEntryKind.Redriving, Redriving.Ranges);
        if (Parked.Letters.Count != 0)
        {
            var parked = new QueueEntryWriter(QueueEntryKind.Parked);
            foreach (var (letter, key) in Parked.Letters)
            {
                parked.Number(letter.Value).Key(key);
            }

            yield return parked;
        }
    }

    private void MoveTo(ref QueueEntryWriter.Reader reader)
    {
        Examined = new Offset(reader.Number());
        ExaminedEpoch = new Epoch((int)reader.Number());
    }

    private void ApplyLeased(ref QueueEntryWriter.Reader reader)
    {
        var number = reader.Number();
        var owner = reader.Text();
        if (!_leases.TryGetValue(number, out var lease))
        {
            _leases.Add(number, lease = new QueueLease(number, owner));
        }

        NextLease = Math.Max(NextLease, number + 1);
        LeaseTime = reader.Number();
        var at = LeaseTime + reader.Number();
        MoveTo(ref reader);
        RequeueExamined = new Offset(reader.Number());
        while (!reader.IsAtEnd)
        {
            var row = reader.Row();
            _rows.Set(row.State == MessageState.Leased ? row with { Lease = number, At = at } : row);
        }

        if (lease.Messages == 0)
        {
            _leases.Remove(number);
        }
    }

    private void ApplyCompleted(ref QueueEntryWriter.Reader reader)
    {
        while (!reader.IsAtEnd)
        {
            var (first, end) = reader.Range();
            _rows.Cut(first, end);
        }
    }

    private void ApplyRows(ref QueueEntryWriter.Reader reader)
    {
        while (!reader.IsAtEnd)
        {
            _rows.Set(reader.Row());
        }
    }

    private void ApplyRenewed(ref QueueEntryWriter.Reader reader)
    {
        var number = reader.Number();
        LeaseTime = reader.Number();
        var at = LeaseTime + reader.Number();
        while (!reader.IsAtEnd)
        {
            var (first, end) = reader.Range();
            foreach (var held in HeldBy(number, first, end).ToList())
            {
                _rows.Set(held with { At = at });
            }
        }
    }

    /// <summary>
    /// Clocks of two machines may differ by any time, and a lease that is over too early has two holders. So of each lease there is left what was
    /// left when the owner before last said what time it is, which is no less than there was when that one ended.
    /// </summary>
    private void ApplyClock(long now)
    {
        var later = now - LeaseTime;
        LeaseTime = now;
        foreach (var held in _rows.Rows().Where(static row => row.State == MessageState.Leased).ToList())
        {
            _rows.Set(held with { At = held.At + later });
        }
    }

    /// <summary>What lies in the range is forgotten, also what was to become a dead letter.</summary>
    private void ApplyLost(ref QueueEntryWriter.Reader reader)
    {
        var (first, end) = reader.Range();
        _rows.Cut(first, end);
        foreach (var dying in _dyingAt.Keys.Where(place => place.Value >= first && place.Value < end).ToList())
        {
            _dyingAt.Remove(dying);
        }

        var left = _dyingOrder.Where(_dyingAt.ContainsKey).ToList();
        _dyingOrder.Clear();
        left.ForEach(_dyingOrder.Enqueue);
        MoveTo(ref reader);
    }
}
