using OrleansQueue.Queues;

namespace OrleansQueue.Groups;

/// <summary>
/// What a queue group's circuit breaker does to the group: cursors report to it and hear what they may lease, and while it holds them back nobody
/// is woken for messages. It is not kept, see <see cref="CircuitBreaker"/>.
/// </summary>
internal sealed partial class GroupServer
{
    private CircuitBreaker? _breaker;

    /// <inheritdoc cref="IQueueSurroundings.ReportQueueAsync"/>
    public QueuePermit ReportQueue(TopicPartition partition, QueueReport report)
    {
        if (!IsServed() || !IsQueue || _state.Settings!.Queue is not { Breaker: { } settings } queue)
        {
            return QueuePermit.Free;
        }

        var breaker = _breaker ??= new CircuitBreaker(settings, queue.Lease, _clock);
        var (before, wasOpen) = (breaker.Pauses, breaker.UntilProbe is not null);
        var permit = breaker.Report(partition, report);
        if (breaker.Pauses != before)
        {
            // Who waits comes again, to wait no longer than the pause.
            _events.GroupPaused(_name, breaker.Cause.Failed, breaker.Cause.Ended, settings.Pause);
            _wakes?.Dismiss(static _ => true);
            _wakes?.Revise();
        }
        else if (wasOpen && breaker.UntilProbe is null)
        {
            _events.GroupGoesOn(_name);
            _wakes?.Revise();
        }

        return permit;
    }

    /// <summary>How long the breaker lets no message be leased at all; zero where it does.</summary>
    private TimeSpan PauseLeft => _breaker?.UntilProbe is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Until when the breaker pauses the group; a time that is over where messages are being tried, null where it goes on as ever.</summary>
    private Timestamp? BreakerUntil => _breaker?.UntilProbe is { } left ? Timestamp.Now(_clock).Plus(left) : null;

    private TimeSpan WithinPause(TimeSpan longest) => PauseLeft is var left && left > TimeSpan.Zero && left < longest ? left : longest;

    private void CloseBreaker()
    {
        if (_breaker is { } breaker && breaker.Close())
        {
            _events.GroupGoesOn(_name);
        }
    }
}
