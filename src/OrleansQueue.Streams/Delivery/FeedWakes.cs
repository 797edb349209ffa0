namespace OrleansQueue.Streams.Delivery;

/// <summary>Lets a feed wait until there is something to do. Anybody may wake it.</summary>
internal sealed class FeedWakes(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _waking = NewWaking();
    private volatile bool _isEnded;

    /// <summary>Whether nothing waits any more.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>Ends the present wait, or the next one where there is none.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _waking.TrySetResult();
        }
    }

    /// <summary>Ends the present wait and all later ones.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            _waking.TrySetResult();
        }
    }

    /// <summary>Waits until it is woken, <paramref name="other"/> is done, or the time is over.</summary>
    public async Task WaitAsync(Task? other, TimeSpan longest)
    {
        Task woken;
        lock (_lock)
        {
            woken = _waking.Task;
        }

        using var over = new CancellationTokenSource();
        var time = Task.Delay(longest, clock, over.Token);
        await (other is null ? Task.WhenAny(woken, time) : Task.WhenAny(woken, other, time));
        await over.CancelAsync();
        lock (_lock)
        {
            if (_waking.Task.IsCompleted && !_isEnded)
            {
                _waking = NewWaking();
            }
        }
    }

    private static TaskCompletionSource NewWaking() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
