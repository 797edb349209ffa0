using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>What the group's circuit breaker has a cursor do: tell how deliveries end, and lease as much as it may.</summary>
internal sealed partial class QueueCursor
{
    // A lease waits for the group only where the cursor has not heard of it for so long: the cursor of a busy partition hears of it twice as often.
    private static readonly TimeSpan LeasedUnheard = LeaseGate.Round * 2;

    private readonly LeaseGate _gate;
    private Task _asking = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;

    private BreakerSettings? Breaker => Assignment.Settings.Breaker;

    /// <summary>How long until the group is to be asked again while it holds the cursor back; no longer than some time.</summary>
    private TimeSpan AskWithin(TimeSpan left) =>
        Breaker is { } breaker && !_gate.IsFree && _asking.IsCompleted && _gate.AskIn(breaker) is var next && next < left ? next : left;

    private LeasePlan NewPlan(LeaseRequest request) =>
        new(Assignment.IsPaused ? 0 : _gate.Limit(request.MaxMessages), Math.Min(request.MaxBytes, FetchRequest.DefaultMaxBytes));

    /// <summary>Deliveries ended. The group hears of it soon, whether or not anybody asks for messages.</summary>
    private void Count(IReadOnlyList<Unfinished> rows, bool succeeded)
    {
        if (Breaker is null)
        {
            return;
        }

        _gate.Count(rows, succeeded);
        TellSoon();
    }

    /// <summary>Leases are over.</summary>
    private void Expire(IReadOnlyList<Unfinished> rows)
    {
        if (Breaker is not null)
        {
            _gate.Expire(rows);
            TellSoon();
        }
    }

    private void TellSoon()
    {
        _ = Ask();
        if (_telling.IsCompleted && _gate.HasNews)
        {
            _telling = TellAsync();
        }
    }

    private async Task TellAsync()
    {
        // What called may have more to tell.
        await Task.Yield();
        while (Breaker is { } breaker && _gate.HasNews && !IsLost && !_ending.IsCancellationRequested)
        {
            var left = _gate.AskIn(breaker);
            await (left == TimeSpan.Zero ? Ask() : Waits.EndOfAsync(Task.Delay(left, _clock, _ending.Token)));
        }
    }

    /// <summary>Asks the group where that is due and, where it was not heard of for some time, waits a moment for what it says.</summary>
    private async ValueTask HearAsync(TimeSpan age)
    {
        if (Breaker is null)
        {
            return;
        }

        var asking = Ask();
        if (!asking.IsCompleted && _gate.WaitFor(age) is var longest && longest > TimeSpan.Zero)
        {
            _journal.Begin();
            await Waits.EndOfAsync(asking, longest, _clock, _ending.Token);
        }

        if (!_gate.IsFree)
        {
            // Only who has messages may probe, and nothing else finds out while nothing is leased.
            Poll();
        }
    }

    /// <summary>Asks the group where that is due. The task ends with the question that is under way, if there is one.</summary>
    private Task Ask()
    {
        if (_asking.IsCompleted && Breaker is { } breaker && _gate.AskIn(breaker) == TimeSpan.Zero && !_ending.IsCancellationRequested)
        {
            _gate.Ask();
            _asking = AskAsync();
        }

        return _asking;
    }

    private async Task AskAsync()
    {
        // The group may ask this cursor in turn, and what called is to go on first: it may have more to tell.
        await Task.Yield();
        var report = _gate.Tell(!Assignment.IsPaused && MessagesToLease() > 0);
        var wasFree = _gate.IsFree;
        try
        {
            _gate.Hear(report, await _surroundings.ReportQueueAsync(_group, _partition, report, _ending.Token));
        }
        catch (Exception error) when (error is BrokerUnavailableException or IOException)
        {
            // The group is asked again in a while; until then what it said last counts.
            _gate.HearNothing();
        }
        catch (OperationCanceledException)
        {
            // The cursor is going.
        }

        if (!wasFree || !_gate.IsFree)
        {
            Changed();
        }
    }
}
