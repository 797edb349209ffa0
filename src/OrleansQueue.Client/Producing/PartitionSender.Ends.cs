namespace OrleansQueue.Client;

/// <summary>What is given up because its time is over, or the producer's.</summary>
internal sealed partial class PartitionSender
{
    /// <summary>Stops waiting for calls that take too long; their outcome is unknown.</summary>
    private void GiveUpLateCalls()
    {
        var timeout = _engine.Client.Options.CallTimeout;
        foreach (var batch in _window.Batches.ToArray())
        {
            if (batch.Call is { } call && Clock.GetElapsedTime(call.StartedAt) >= timeout)
            {
                call.Abandon();
                batch.MayBeStored = true;
                TryAgain(batch, new TimeoutException($"The broker did not answer within {timeout}."), TimeSpan.Zero);
            }
        }
    }

    private void GiveUpOverdue()
    {
        if (OldestUnfinished() is not { } oldest || !IsOverdue(oldest))
        {
            return;
        }

        var limit = $"within {_engine.Options.DeliveryTimeout}";
        foreach (var batch in _window.Batches.Where(batch => batch is { IsStored: false, IsGivenUp: false } && IsOverdue(batch.Batch.OpenedAt)).ToList())
        {
            GiveUp(batch, NotSent("passed without success", limit, batch.LastProblem));
        }

        foreach (var batch in TakeUnsent(IsOverdue))
        {
            Complete(batch, BatchOutcome.Failed(NotSent("passed before it could be sent", limit, _engine.Identities.LastProblem)));
        }
    }

    /// <summary>Tells everybody that the producer has ended.</summary>
    private void GiveUpAll(Exception reason)
    {
        foreach (var batch in _window.Batches.Where(batch => batch is { IsStored: false, IsGivenUp: false }).ToList())
        {
            GiveUp(batch, reason);
        }

        foreach (var batch in TakeUnsent(static _ => true))
        {
            Complete(batch, BatchOutcome.Failed(reason));
        }
    }

    /// <summary>Takes the batches that have no sequence yet, from the oldest on, as far as they are meant.</summary>
    private List<OutgoingBatch> TakeUnsent(Func<long, bool> isMeant)
    {
        var taken = new List<OutgoingBatch>();
        lock (_gate)
        {
            while (_ready.TryPeek(out var ready) && isMeant(ready.OpenedAt))
            {
                taken.Add(_ready.Dequeue());
            }

            Volatile.Write(ref _backlog, _ready.Count);
            if (_ready.Count == 0 && _open is { } open && isMeant(open.OpenedAt))
            {
                FitCapacity(open);
                taken.Add(open);
            }
        }

        return taken;
    }

    private bool IsOverdue(long openedAt) => Clock.GetElapsedTime(openedAt) >= _engine.Options.DeliveryTimeout;

    private long? OldestUnfinished()
    {
        lock (_gate)
        {
            while (_unfinished.TryPeek(out var oldest))
            {
                if (!oldest.IsDone)
                {
                    return oldest.OpenedAt;
                }

                _unfinished.Dequeue();
            }
        }

        return null;
    }

    private static PublishNotSentException NotSent(string what, string limit, Exception? problem) => new(new Refusal("delivery timeout", what, limit), problem);
}
