namespace OrleansQueue.Client;

/// <summary>
/// The room of a producer: how many bytes may wait to be sent or acknowledged. Whoever finds it full waits in line, and
/// nobody overtakes the line.
/// </summary>
internal sealed class SendBuffer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<RoomWaiter> _line = new();
    private readonly long _limit;
    private readonly TimeSpan _longestWait;
    private readonly TimeProvider _clock;
    private ITimer? _timer;
    private Exception? _closed;
    private long _used;
    private int _waiting;

    public SendBuffer(long limit, TimeSpan longestWait, TimeProvider clock)
    {
        _limit = limit;
        _longestWait = longestWait;
        _clock = clock;
    }

    /// <summary>Whether who comes now has to wait.</summary>
    public bool IsFull => Volatile.Read(ref _used) >= _limit || Volatile.Read(ref _waiting) != 0;

    /// <summary>Bytes that wait to be sent or acknowledged.</summary>
    public long Used => Volatile.Read(ref _used);

    public void Take(long bytes) => Interlocked.Add(ref _used, bytes);

    public void Release(long bytes)
    {
        Interlocked.Add(ref _used, -bytes);
        if (Volatile.Read(ref _waiting) != 0)
        {
            Admit();
        }
    }

    /// <summary>Joins the line, or enters at once where there is room meanwhile.</summary>
    public void Enter(RoomWaiter waiter)
    {
        lock (_lock)
        {
            if (_closed is not null)
            {
                waiter.Refuse(_closed);
                return;
            }

            waiter.Since = _clock.GetTimestamp();
            _line.Enqueue(waiter);
            Interlocked.Increment(ref _waiting);
            if (_timer is null)
            {
                _timer = _clock.CreateTimer(static self => ((SendBuffer)self!).DropOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            if (_line.Count == 1)
            {
                _timer.Change(Bounded(_longestWait), Timeout.InfiniteTimeSpan);
            }
        }

        // Room that was released before this one stood in the line was nobody's to announce.
        Admit();
    }

    /// <summary>Refuses everybody in the line and whoever comes later.</summary>
    public void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed ??= reason;
            while (_line.TryDequeue(out var waiter))
            {
                waiter.Refuse(_closed);
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
        }
    }

    private void Admit()
    {
        lock (_lock)
        {
            while (Volatile.Read(ref _used) < _limit && _line.TryDequeue(out var waiter))
            {
                // The line counts as empty only when the last has entered, or the next message of the same caller could overtake.
                waiter.Admit();
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    private void DropOverdue()
    {
        lock (_lock)
        {
            while (_line.TryPeek(out var waiter))
            {
                var left = _longestWait - _clock.GetElapsedTime(waiter.Since);
                if (left > TimeSpan.Zero)
                {
                    _timer!.Change(Bounded(left), Timeout.InfiniteTimeSpan);
                    return;
                }

                _line.Dequeue();
                waiter.Refuse(new PublishNotSentException(Refusal.OfText("delivery timeout", "passed while the producer's buffer was full", $"within {_longestWait}")));
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    // Timers take no longer than some weeks; one that fires early is set again.
    private static TimeSpan Bounded(TimeSpan due) => due < TimeSpan.FromDays(1) ? due : TimeSpan.FromDays(1);
}
