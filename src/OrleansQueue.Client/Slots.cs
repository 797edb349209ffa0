namespace OrleansQueue.Client;

/// <summary>Lets so many in at a time, in the order in which they came. All of it happens where the callers run, so a simulation orders it.</summary>
/// <param name="count">How many.</param>
internal sealed class Slots(int count)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _line = new();
    private int _free = count;

    /// <summary>Waits for a place.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; no place was taken.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _line.Enqueue(turn);
        }

        await using var ending = cancellationToken.UnsafeRegister(static (self, token) => ((TaskCompletionSource)self!).TrySetCanceled(token), turn);
        await turn.Task;
    }

    /// <summary>Gives a place to whoever waits longest.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            while (_line.TryDequeue(out var turn))
            {
                // Who does not wait any more is passed over.
                if (turn.TrySetResult())
                {
                    return;
                }
            }

            _free++;
        }
    }
}
