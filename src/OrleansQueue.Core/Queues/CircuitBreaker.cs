using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>
/// Pauses a queue group that fails at most of what it does, and lets it go on when a message succeeds again. Closed, it counts how
/// deliveries end; when too many fail it opens, and no cursor leases anything. After the pause one cursor that has messages may lease
/// one, the probe: its success closes the breaker, its failure opens it for another pause. A cursor that has no messages any more, or
/// does not end its probe nor tell of it for the time of a lease, loses the permission to the next that asks.
/// <para>
/// It is kept in memory only: who takes the group over counts anew, and lets the group go on meanwhile. It belongs to one scheduler.
/// </para>
/// </summary>
/// <param name="settings">When to pause, and for how long.</param>
/// <param name="lease">How long a cursor may be silent about its probe: the time of a lease.</param>
/// <param name="clock">The time.</param>
internal sealed class CircuitBreaker(BreakerSettings settings, TimeSpan lease, TimeProvider clock)
{
    private readonly SlidingTally _tally = new(settings.Window);
    private readonly long _began = clock.GetTimestamp();
    private TimeSpan? _pausedUntil;
    private TopicPartition? _prober;
    private TimeSpan _probeEnds;

    /// <summary>How often it opened.</summary>
    public long Pauses { get; private set; }

    /// <summary>How many deliveries failed of how many that ended, when it last opened.</summary>
    public (long Failed, long Ended) Cause { get; private set; }

    /// <summary>How long until a message is tried; not more than zero once that is so, null while the breaker is closed.</summary>
    public TimeSpan? UntilProbe => _pausedUntil - Now;

    private TimeSpan Now => clock.GetElapsedTime(_began);

    /// <summary>Takes what the cursor of a partition has to tell, and answers what it may lease from now on.</summary>
    public QueuePermit Report(TopicPartition partition, QueueReport report)
    {
        if (_pausedUntil is null)
        {
            _tally.Add(Now, report.Succeeded, report.Failed);
            if (settings.IsReached(_tally.Failed, _tally.Ended))
            {
                Open(_tally.Failed, _tally.Ended);
            }
        }
        else if (report.Probe == ProbeState.Succeeded)
        {
            Close();
        }
        else if (report.Probe == ProbeState.Failed && _prober == partition)
        {
            Open(1, 1);
        }

        return _pausedUntil is null ? QueuePermit.Free : Now < _pausedUntil ? QueuePermit.Held : PermitProbe(partition, report);
    }

    /// <summary>Lets the group go on, and forgets what was counted. False where nothing held it.</summary>
    public bool Close()
    {
        var wasOpen = _pausedUntil is not null;
        (_pausedUntil, _prober) = (null, null);
        _tally.Clear();
        return wasOpen;
    }

    private void Open(long failed, long ended)
    {
        (_pausedUntil, _prober) = (Now + settings.Pause, null);
        Cause = (failed, ended);
        Pauses++;
        _tally.Clear();
    }

    private QueuePermit PermitProbe(TopicPartition partition, QueueReport report)
    {
        var isProber = _prober == partition;
        if (_prober is not null && !isProber && Now < _probeEnds)
        {
            return QueuePermit.Held;
        }

        var isUnderWay = report.Probe == ProbeState.UnderWay;
        if (!isUnderWay && !report.HasMessages)
        {
            _prober = isProber ? null : _prober;
            return QueuePermit.Held;
        }

        if (!isProber || isUnderWay)
        {
            _probeEnds = Now + lease;
        }

        _prober = partition;
        return QueuePermit.Probe;
    }
}
