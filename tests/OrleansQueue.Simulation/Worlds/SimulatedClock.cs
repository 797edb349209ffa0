namespace OrleansQueue.Simulation.Worlds;

/// <summary>
/// The clock of a process. The time of day may jump, as when somebody sets it; timestamps and timers go by the world's time,
/// which never does.
/// </summary>
internal sealed class SimulatedClock(World world, Process process) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far the time of day is off.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        world.CheckThread();
        return Start + new TimeSpan(world.Now) + Skew;
    }

    public override long GetTimestamp()
    {
        world.CheckThread();
        return world.Now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(world, process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(World world, Process process, Action callback) : ITimer
    {
        private Event? _next;
        private bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next?.Cancel();
            _next = null;
            if (_disposed)
            {
                return false;
            }

            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _next = world.After(dueTime, process, () => Run(period));
            }

            return true;
        }

        public void Dispose()
        {
            _disposed = true;
            _next?.Cancel();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Run(TimeSpan period)
        {
            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback();
        }
    }
}
