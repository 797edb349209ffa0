namespace OrleansQueue.Storage.Files;

/// <summary>
/// A few threads for blocking calls. A sync may stall for seconds; on the thread pool that would hold up the timers and
/// probes that keep a silo a member of its cluster. The number of threads bounds the syncs in flight.
/// </summary>
internal sealed class DiskThreads(string name, int most) : IDiskScheduler
{
    private readonly Queue<Action> _queue = new();
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _threads;
    private int _idle;
    private bool _ended;

    public Task<T> RunAsync<T>(Func<T> work)
    {
        // Continuations run elsewhere, or the grain's code would run on the disk's threads.
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            _queue.Enqueue(() => Complete(done, work));
            if (_idle >= _queue.Count || _threads == most)
            {
                Monitor.Pulse(_queue);
            }
            else
            {
                _threads++;
                new Thread(Run) { IsBackground = true, Name = name }.Start();
            }
        }

        return done.Task;
    }

    /// <summary>Lets the threads finish what is queued; completes when the last of them has ended.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_queue)
        {
            _ended = true;
            Monitor.PulseAll(_queue);
            if (_threads == 0)
            {
                _allEnded.TrySetResult();
            }
        }

        return new(_allEnded.Task);
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try
        {
            done.SetResult(work());
        }
        catch (Exception error)
        {
            // Whatever the work throws belongs to whoever awaits it.
            done.SetException(error);
        }
    }

    private void Run()
    {
        while (true)
        {
            Action next;
            lock (_queue)
            {
                _idle++;
                while (_queue.Count == 0 && !_ended)
                {
                    Monitor.Wait(_queue);
                }

                _idle--;
                if (_queue.Count == 0)
                {
                    if (--_threads == 0)
                    {
                        _allEnded.TrySetResult();
                    }

                    return;
                }

                next = _queue.Dequeue();
            }

            next();
        }
    }
}
