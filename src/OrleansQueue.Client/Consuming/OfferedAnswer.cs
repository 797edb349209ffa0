namespace OrleansQueue.Client;

/// <summary>
/// An answer that waits for an enumerator, or of which one has a message in hand. When its partition is held up or stops, it
/// leaves as soon as no message of it is in hand.
/// </summary>
internal sealed class OfferedAnswer(PartitionRun run, FetchedRecords records)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _left = NewSource();
    private bool _isHeld;

    public PartitionRun Run => run;

    public FetchedRecords Records => records;

    /// <summary>Its messages; null before the first of them is asked for.</summary>
    public AnswerMessages? Messages { get; set; }

    /// <summary>The message that was handed out last and that nobody finished.</summary>
    public Delivery? Unfinished { get; set; }

    /// <summary>Whether everything of it was handed out and finished.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes a message in hand, if messages may be handed out; otherwise the answer leaves.</summary>
    public bool TryHold()
    {
        lock (_lock)
        {
            _isHeld = run.MayDeliver;
            if (!_isHeld)
            {
                _left.TrySetResult();
            }

            return _isHeld;
        }
    }

    /// <summary>No message is in hand any more.</summary>
    public void LetGo()
    {
        lock (_lock)
        {
            _isHeld = false;
            if (run.Stopping.IsCancellationRequested)
            {
                _left.TrySetResult();
            }
        }
    }

    /// <summary>Nothing of it is left.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            IsDone = true;
            _left.TrySetResult();
        }
    }

    /// <summary>Waits until it is done, was turned away, or its partition stopped.</summary>
    public async Task WhenLeftAsync()
    {
        await using var stopping = run.Stopping.UnsafeRegister(static self => ((OfferedAnswer)self!).LeaveUnlessHeld(), this);
        await _left.Task;
    }

    /// <summary>Offers it again after it was turned away.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            _left = NewSource();
        }
    }

    private void LeaveUnlessHeld()
    {
        lock (_lock)
        {
            if (!_isHeld)
            {
                _left.TrySetResult();
            }
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
