using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>
/// One cursor's part in its group's circuit breaker: how its deliveries ended since the group was last told, and what the group said it may
/// lease. Counts that are lost with a call are of no weight, those that follow do as well; the outcome of a probe is told until it arrives.
/// It belongs to one scheduler.
/// </summary>
/// <param name="isHeld">Whether a lease still holds messages.</param>
/// <param name="clock">The time.</param>
internal sealed class LeaseGate(Func<long, bool> isHeld, TimeProvider clock)
{
    /// <summary>How often the group is asked while there is something to tell or to hear, and how long an answer is waited for.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(1);

    // So often where what there is to tell may pause the group, or end its pause.
    private static readonly TimeSpan ShortRound = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private QueuePermit _permit;
    private long _succeeded;
    private long _failed;
    private long? _probe;
    private ProbeState _outcome;
    private long? _asked;
    private long? _heard;
    private bool _isSilent;

    /// <summary>Whether the group goes on as ever, as far as is known.</summary>
    public bool IsFree => _permit == QueuePermit.Free;

    /// <summary>Whether there is something to tell the group.</summary>
    public bool HasNews => _succeeded + _failed != 0 || _outcome != ProbeState.None;

    private bool IsProbing => _probe is { } lease && isHeld(lease);

    /// <summary>How many messages of so many may be leased now.</summary>
    public int Limit(int messages) => _permit switch
    {
        QueuePermit.Free => messages,
        QueuePermit.Probe when _outcome == ProbeState.None && !IsProbing => Math.Min(1, messages),
        _ => 0,
    };

    /// <summary>Messages were leased. While the group is being tried they are the probe.</summary>
    public void Leased(long lease) => _probe = _permit == QueuePermit.Probe ? lease : _probe;

    /// <summary>Deliveries ended.</summary>
    public void Count(IReadOnlyList<Unfinished> rows, bool succeeded)
    {
        foreach (var row in rows)
        {
            (_succeeded, _failed) = succeeded ? (_succeeded + row.Count, _failed) : (_succeeded, _failed + row.Count);
            if (row.Lease == _probe)
            {
                (_probe, _outcome) = (null, succeeded ? ProbeState.Succeeded : ProbeState.Failed);
            }
        }
    }

    /// <summary>
    /// Leases ran out. That says nothing of their messages, which a worker that died may have held by the hundred, so it counts as no failure; but
    /// of a probe nothing else will be heard.
    /// </summary>
    public void Expire(IReadOnlyList<Unfinished> rows)
    {
        if (_probe is { } probe && rows.Any(row => row.Lease == probe))
        {
            (_probe, _outcome) = (null, ProbeState.Failed);
        }
    }

    /// <summary>How long to wait before the group is asked; zero where that is due.</summary>
    public TimeSpan AskIn(BreakerSettings settings)
    {
        var round = !_isSilent && (_outcome != ProbeState.None || settings.IsReached(_failed, _succeeded + _failed)) ? ShortRound : Round;
        var left = _asked is { } asked ? round - clock.GetElapsedTime(asked) : TimeSpan.Zero;
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < Shortest ? Shortest : left;
    }

    /// <summary>
    /// How long to wait at most for an answer that is under way, where the last one is as old as that. A group that did not answer the last
    /// time is not waited for: leases go on without it.
    /// </summary>
    public TimeSpan WaitFor(TimeSpan age)
    {
        var isFresh = _heard is { } heard && clock.GetElapsedTime(heard) < age;
        var left = _asked is { } asked && !isFresh && !_isSilent ? Round - clock.GetElapsedTime(asked) : TimeSpan.Zero;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>The group is about to be asked.</summary>
    public void Ask() => _asked = clock.GetTimestamp();

    /// <summary>Takes what the group is told.</summary>
    public QueueReport Tell(bool hasMessages)
    {
        var report = new QueueReport(_succeeded, _failed, IsProbing ? ProbeState.UnderWay : _outcome, hasMessages);
        (_succeeded, _failed) = (0, 0);
        return report;
    }

    /// <summary>The group answered.</summary>
    public void Hear(QueueReport report, QueuePermit permit)
    {
        _permit = permit;
        _heard = clock.GetTimestamp();
        _isSilent = false;
        if (report.Probe == _outcome)
        {
            _outcome = ProbeState.None;
        }
    }

    /// <summary>The group did not answer.</summary>
    public void HearNothing() => _isSilent = true;
}
