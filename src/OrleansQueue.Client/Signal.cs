using System.Threading.Tasks.Sources;

namespace OrleansQueue.Client;

/// <summary>Wakes one waiter. A signal that is given while nobody waits is kept for the next wait; several count as one.</summary>
internal sealed class Signal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Given = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Wakes the waiter. Everything that the caller wrote before is seen by whoever wakes.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Given) == Waiting)
        {
            _core.SetResult(true);
        }
    }

    /// <summary>Waits for a signal; there is one waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _core.Version);
        }

        Interlocked.Exchange(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        Interlocked.Exchange(ref _state, Idle);
    }
}
