using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>Waiting for messages.</summary>
internal sealed partial class QueueCursor
{
    // Whoever was woken for messages has so long to ask for them before others are woken too.
    private static readonly TimeSpan WokenTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PollRetry = TimeSpan.FromMilliseconds(100);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _polling = Task.CompletedTask;

    /// <inheritdoc cref="QueueHost.WatchAsync"/>
    public async ValueTask<QueueNews> WatchAsync(long known, TimeSpan longest, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        longest = longest < FetchRequest.LongestWait ? longest : FetchRequest.LongestWait;
        await HearAsync(LeaseGate.Round);
        while (true)
        {
            Tick();
            var changed = _changed.Task;
            var waited = _clock.GetElapsedTime(began);
            var messages = Assignment.IsPaused ? 0 : _gate.Limit(MessagesToLease());
            var isNews = messages > 0 && (_leaseCalls != known || waited >= WokenTime);
            if (isNews || waited >= longest || _ending.IsCancellationRequested)
            {
                await KeptAsync();
                return new QueueNews(isNews ? messages : 0, _leaseCalls);
            }

            if (messages == 0)
            {
                Poll();
            }

            if (!_gate.IsFree)
            {
                _ = Ask();
            }

            var left = messages > 0 ? WokenTime - waited : longest - waited;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
            await Waits.EndOfAsync(changed, Soonest(AskWithin(left)), _clock, ended.Token);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>How many messages may be leased now, as far as that is known: a message behind another of its key counts as long as it was not looked at.</summary>
    private int MessagesToLease()
    {
        var examined = Assignment.Settings.OrderedByKey ? _state.Lines.ReadyRows : _state.CountOf(MessageState.Available);
        var behind = _state.RowCount < MostRows ? Math.Max(0, _end.Value - _state.Examined.Value) : 0;
        return (int)Math.Min(int.MaxValue, examined + behind + _requeueEnd.Value - _state.RequeueExamined.Value);
    }

    private TimeSpan Soonest(TimeSpan left)
    {
        var due = _state.NextDue is { } at ? TimeSpan.FromMilliseconds(Math.Max(1, at - Now)) : left;
        return due < left ? due : left;
    }

    /// <summary>Tells all who wait that something may have changed.</summary>
    private void Changed()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Waits for records behind those that were examined, while somebody waits for messages.</summary>
    private void Poll()
    {
        if (_polling.IsCompleted && !Assignment.IsPaused && _end <= _state.Examined)
        {
            _polling = PollAsync();
        }
    }

    private async Task PollAsync()
    {
        try
        {
            var from = _state.Examined;
            var result = await _surroundings.FetchAsync(new FetchRequest(PositionAt(from)) { MaxWait = FetchRequest.LongestWait }, _ending.Token);
            if (!IsLost && from == _state.Examined)
            {
                await TakeAsync(result, from);
            }

            if (result is not (FetchResult.Fetched or FetchResult.Overtaken or FetchResult.Diverged))
            {
                await Task.Delay(PollRetry, _clock, _ending.Token);
            }
        }
        catch (BrokerUnavailableException)
        {
            await Waits.EndOfAsync(Task.Delay(PollRetry, _clock, _ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The cursor is going.
        }
        catch (IOException)
        {
            // The cursor is lost, which the next call finds out as well.
            _journal.GiveUp();
        }

        Changed();
    }
}
