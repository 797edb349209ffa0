using System.Collections.Concurrent;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>The loop of a partition. Only it touches the window; answers of calls come to it through a queue.</summary>
internal sealed partial class PartitionSender
{
    private readonly ConcurrentQueue<SendCall> _answers = new();
    private readonly Signal _signal = new();
    private readonly SendWindow _window;
    private Task<ProducerIdentity>? _renewing;
    private Backoff _backoff;
    private long _pausedAt;
    private TimeSpan _pause;

    private TimeProvider Clock => _engine.Client.Clock;

    private async Task SendAllAsync()
    {
        try
        {
            await SendUntilClosedAsync();
        }
        catch (Exception bug)
        {
            // Without its loop the partition would keep everybody waiting for ever.
            _engine.Close(bug);
        }

        GiveUpAll(ReadClosed()!);
    }

    private async Task SendUntilClosedAsync()
    {
        using var alarm = new Alarm(Clock, _signal);
        while (true)
        {
            while (_answers.TryDequeue(out var call))
            {
                TakeAnswer(call);
            }

            if (ReadClosed() is not null)
            {
                return;
            }

            GiveUpLateCalls();
            GiveUpOverdue();
            Mend();
            Send();
            alarm.Set(TimeToNext());
            await _signal.WaitAsync();
        }
    }

    private Exception? ReadClosed()
    {
        lock (_gate)
        {
            return _closed;
        }
    }

    private void Send()
    {
        if (PauseLeft() > TimeSpan.Zero)
        {
            return;
        }

        if (_window.NextDue is { } due)
        {
            Call(due);
        }

        while (TakeNext() is { } next)
        {
            Call(_window.Add(next));
        }
    }

    private void Call(SentBatch batch)
    {
        var call = new SendCall(batch, _window.IsFirst(batch), Clock.GetTimestamp());
        batch.Call = call;
        _ = CallAsync(call);
    }

    private async Task CallAsync(SendCall call)
    {
        try
        {
            call.Answer = await _engine.Client.Broker.ProduceAsync(_engine.Topic.Id, _partition, call.Bytes, call.Cancellation);
        }
        catch (Exception problem)
        {
            // Whatever it was, the outcome is unknown; the batch is sent again and its exception is the last problem of it.
            call.Answer = problem;
        }

        _answers.Enqueue(call);
        _signal.Set();
    }

    /// <summary>Makes the window whole again where a batch was given up; a later epoch, where one is needed, comes in its own time.</summary>
    private void Mend()
    {
        if (_renewing is null && _window.IsReadyToMend)
        {
            foreach (var uncertain in _window.GiveUpUncertain())
            {
                Complete(uncertain.Batch, BatchOutcome.Failed(Unknown(uncertain, "the broker no longer knows the producer")));
            }

            if (!_window.NeedsIdentity)
            {
                _window.Mend(_window.Identity);
                return;
            }

            _renewing = _engine.Identities.RenewAsync(_window.Identity, _engine.Stopping);
            _renewing.ContinueWith(
                static (_, signal) => ((Signal)signal!).Set(), _signal, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (_renewing is { IsCompletedSuccessfully: true } renewed)
        {
            _renewing = null;
            _window.Mend(renewed.Result);
        }
    }

    /// <summary>Waits before anything is sent again: as long as the broker says, or a little longer after each failure.</summary>
    private void Pause(TimeSpan asked)
    {
        // Five calls that fail at once are one failure.
        if (PauseLeft() > TimeSpan.Zero && asked <= PauseLeft())
        {
            return;
        }

        _pause = asked > TimeSpan.Zero ? asked : _backoff.Next();
        _pausedAt = Clock.GetTimestamp();
    }

    private TimeSpan PauseLeft() => _pause == TimeSpan.Zero ? TimeSpan.Zero : _pause - Clock.GetElapsedTime(_pausedAt);

    private TimeSpan? TimeToNext()
    {
        TimeSpan? next = null;
        var pause = PauseLeft();
        if (pause > TimeSpan.Zero)
        {
            next = pause;
        }

        if (OldestUnfinished() is { } openedAt)
        {
            next = Earlier(next, _engine.Options.DeliveryTimeout - Clock.GetElapsedTime(openedAt));
        }

        foreach (var batch in _window.Batches)
        {
            if (batch.Call is { } call)
            {
                next = Earlier(next, _engine.Client.Options.CallTimeout - Clock.GetElapsedTime(call.StartedAt));
            }
        }

        return next;
    }

    private static TimeSpan Earlier(TimeSpan? one, TimeSpan other) => one < other ? one.Value : other;
}
