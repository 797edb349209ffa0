namespace OrleansQueue.Client;

/// <summary>
/// One partition of a producer. This half belongs to the callers: records go into the open batch under a short lock. The other
/// half is a loop that sends batches as they are ready; it alone knows the window.
/// </summary>
internal sealed partial class PartitionSender
{
    // A batch begins with as much memory as the last ones needed; memory for full ones is not taken before there are any.
    private const int FirstCapacity = 4 << 10;

    // The buffer's counter is shared by all partitions, so batches take from it in steps.
    private const int ReserveStep = 4 << 10;

    private readonly Lock _gate = new();
    private readonly ProducerEngine _engine;
    private readonly Partition _partition;
    private readonly int _limit;
    private readonly Queue<OutgoingBatch> _ready = new();
    private readonly Queue<OutgoingBatch> _unfinished = new();
    private OutgoingBatch? _open;
    private Exception? _closed;
    private Task _loop = Task.CompletedTask;
    private int _capacity = FirstCapacity;
    private int _lastSize;
    private int _backlog;
    private bool _isRunning;
    private bool _wakesAtRecord = true;
    private bool _wakesAtBatch = true;

    public PartitionSender(ProducerEngine engine, Partition partition)
    {
        _engine = engine;
        _partition = partition;
        _limit = engine.Options.BatchBytes;
        _window = new SendWindow(engine.Identities.Current);
    }

    /// <summary>Batches that are full and wait for their turn.</summary>
    public int Backlog => Volatile.Read(ref _backlog);

    /// <summary>Ends when the loop has, after <see cref="Close"/>.</summary>
    public Task Ended
    {
        get
        {
            lock (_gate)
            {
                return _loop;
            }
        }
    }

    /// <summary>Puts a record into the open batch, and ends that batch first where the record does not fit.</summary>
    public ValueTask<PublishReceipt> Append(scoped in OutgoingRecord record)
    {
        OutgoingBatch batch;
        int index;
        bool wakes;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return ValueTask.FromException<PublishReceipt>(_closed);
            }

            wakes = _wakesAtRecord;
            if (_open is null || !_open.Takes(record, _limit))
            {
                wakes |= EndOpen() && _wakesAtBatch;
                Open(record);
            }

            batch = _open!;
            index = batch.Append(record, _engine.RecordTime);
            if (batch.Size > batch.Reserved)
            {
                Reserve(batch);
            }

            if (wakes)
            {
                _wakesAtRecord = _wakesAtBatch = false;
                Run();
            }
        }

        if (wakes)
        {
            _signal.Set();
        }

        return new(batch, (short)index);
    }

    /// <summary>The batches that have no outcome yet, oldest first.</summary>
    public IReadOnlyList<OutgoingBatch> Unfinished()
    {
        lock (_gate)
        {
            return [.. _unfinished.Where(batch => !batch.IsDone)];
        }
    }

    /// <summary>Takes no records any more, and has the loop give up what is left.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
        }

        _signal.Set();
    }

    private void Open(scoped in OutgoingRecord record)
    {
        var clock = _engine.Client.Clock;
        var purpose = new BatchPurpose(_engine.Topic.Name, _partition, clock.GetTimestamp(), Timestamp.Now(clock), record.NoRetry, _engine.Client.Background.IsOnThreads);
        _open = new OutgoingBatch(purpose, _capacity);
        while (_unfinished.TryPeek(out var oldest) && oldest.IsDone)
        {
            _unfinished.Dequeue();
        }

        _unfinished.Enqueue(_open);
    }

    /// <summary>Puts the open batch into the line; false where there is none.</summary>
    private bool EndOpen()
    {
        if (_open is null)
        {
            return false;
        }

        _ready.Enqueue(_open);
        Volatile.Write(ref _backlog, _ready.Count);
        FitCapacity(_open);
        return true;
    }

    private void FitCapacity(OutgoingBatch ended)
    {
        _open = null;

        // The smaller of the last two: memory that turns out too small grows at the cost of a copy, too large is lost.
        var expected = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(ended.Size, _lastSize));
        _capacity = Math.Clamp(expected, FirstCapacity, Math.Max(FirstCapacity, _limit));
        _lastSize = ended.Size;
        _engine.MoveOn(_partition.Number);
    }

    private void Reserve(OutgoingBatch batch)
    {
        var more = Math.Max(ReserveStep, batch.Size - batch.Reserved);
        batch.Reserved += more;
        _engine.Buffer.Take(more);
    }

    private void Run()
    {
        if (!_isRunning)
        {
            _isRunning = true;
            _loop = _engine.Client.Background.Start(SendAllAsync);
        }
    }

    /// <summary>
    /// The next batch to send, or null. A full one goes whenever there is room for it; one that is not full only when nothing
    /// is under way. Says also what has to wake the loop.
    /// </summary>
    private OutgoingBatch? TakeNext()
    {
        var isIdle = _window.IsEmpty;
        var hasRoom = _window.HasRoom;
        lock (_gate)
        {
            var next = hasRoom ? Peek(isIdle) : null;
            _wakesAtRecord = hasRoom && isIdle && next is null;
            _wakesAtBatch = hasRoom && next is null;
            if (next is not null && ReferenceEquals(next, _open))
            {
                FitCapacity(next);
            }
            else if (next is not null)
            {
                _ready.Dequeue();
                Volatile.Write(ref _backlog, _ready.Count);
            }

            return next;
        }
    }

    private OutgoingBatch? Peek(bool isIdle)
    {
        if (_ready.TryPeek(out var ready))
        {
            return isIdle || !ready.NoRetry ? ready : null;
        }

        return isIdle ? _open : null;
    }
}
