using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>A count that others wait for.</summary>
internal sealed class Tally
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _wrong;
    private long _count;

    public long Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    public void Add(int more) => Change(() => _count += more);

    /// <summary>Whoever waits is thrown what went wrong.</summary>
    public void Fail(Exception wrong) => Change(() => _wrong ??= wrong);

    /// <summary>Waits until the count is so high.</summary>
    public Task ReachedAsync(long count) => UntilAsync(() => Count >= count);

    /// <summary>Waits until something holds, which is asked each time when the count has grown.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_wrong is not null)
                {
                    throw new InvalidOperationException($"The load failed: {_wrong.Message}", _wrong);
                }

                more = _more.Task;
            }

            if (holds())
            {
                return;
            }

            await more.WaitAsync(Patience.Long);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            change();
            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }
}
