namespace OrleansQueue.Testing;

/// <summary>
/// A clock that a test moves by hand, its timers included. It stands still until <see cref="Advance"/> is called, so a test
/// that lets a week go by takes no time, and takes the same way each time. Timers run within that call only, also those that
/// were set to run at once.
/// </summary>
/// <example>
/// <code>
/// var clock = new TestClock();
/// await using var broker = new InProcessBroker(clock);
/// clock.Advance(TimeSpan.FromDays(8)); // What was published before is past its retention now.
/// </code>
/// </example>
public sealed class TestClock : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly Lock _advancing = new();
    private readonly List<TestTimer> _timers = [];
    private DateTimeOffset _now;

    /// <summary>A clock that shows a time of the test's.</summary>
    /// <param name="start">The time it shows first. Default: the beginning of 2026, UTC.</param>
    public TestClock(DateTimeOffset? start = null) => _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Always UTC, so that a test says the same on every machine.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new TestTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves the clock and runs the timers that fall due on the way, each at its time, the earliest first and those of one time
    /// in the order in which they were set. They run on the caller's thread before this returns; what they only start may go on.
    /// </summary>
    /// <param name="by">How far; zero runs what is due already.</param>
    /// <exception cref="ArgumentOutOfRangeException">The clock would go back.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_advancing)
        {
            var until = GetUtcNow() + by;
            while (TakeDue(until) is { } due)
            {
                due();
            }
        }
    }

    /// <summary>Takes the next timer that is due by then and moves the clock to its time; where there is none, moves it to the end.</summary>
    private Action? TakeDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            // MinBy keeps the first of equals, and timers stand in the order in which they were set.
            var due = _timers.Where(timer => timer.Due <= until).MinBy(timer => timer.Due);
            var to = due?.Due ?? until;

            // A timer's own code may have moved the clock further already.
            _now = to > _now ? to : _now;
            due?.SetNext();
            return due?.Callback;
        }
    }

    private sealed class TestTimer(TestClock clock, Action callback) : ITimer
    {
        private TimeSpan _period;
        private bool _disposed;

        public Action Callback => callback;

        public DateTimeOffset Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Check(dueTime);
            Check(period);
            lock (clock._lock)
            {
                if (_disposed)
                {
                    return false;
                }

                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        /// <summary>What comes after the present time: nothing, or for a periodic timer the next period.</summary>
        public void SetNext()
        {
            clock._timers.Remove(this);
            if (_period > TimeSpan.Zero)
            {
                Due += _period;
                clock._timers.Add(this);
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private static void Check(TimeSpan time)
        {
            if (time != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
            }
        }
    }
}
