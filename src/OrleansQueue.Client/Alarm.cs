namespace OrleansQueue.Client;

/// <summary>
/// Gives a signal at a time. It is set for the earliest of many times and otherwise left alone: it may ring in vain, which
/// costs less than to set it anew for each of them.
/// </summary>
internal sealed class Alarm(TimeProvider clock, Signal signal) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private ITimer? _timer;
    private long _target;
    private volatile bool _isSet;

    /// <summary>Rings after <paramref name="due"/> at the latest; null asks for nothing.</summary>
    public void Set(TimeSpan? due)
    {
        if (due is not { } wait)
        {
            return;
        }

        // Timers count whole milliseconds; one that rings a little late finds its time over.
        wait = wait < Longest ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, wait.TotalMilliseconds))) : Longest;
        var target = clock.GetTimestamp() + (long)(wait.TotalSeconds * clock.TimestampFrequency);
        if (_isSet && _target <= target)
        {
            return;
        }

        _timer ??= clock.CreateTimer(static self => ((Alarm)self!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _target = target;
        _isSet = true;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private void Ring()
    {
        _isSet = false;
        signal.Set();
    }
}
