using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Disks;

/// <summary>
/// The threads of a store, as far as anybody can tell: work begins after a while, its answer takes another while, and two pieces
/// of work may overtake each other. Each piece runs whole, so no two of them ever wait for each other.
/// </summary>
internal sealed class SimulatedDiskScheduler(World world, Process process, DiskTrouble trouble) : IDiskScheduler
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _ended;

    public Task<T> RunAsync<T>(Func<T> work)
    {
        world.CheckThread();
        ObjectDisposedException.ThrowIf(_ended, this);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _running++;
        world.After(trouble.TakeDelay(), process, () => Run(work, done));
        return done.Task;
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        EndIfIdle();
        return new(_allEnded.Task);
    }

    private void Run<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        Action answer;
        try
        {
            var result = work();
            answer = () => done.SetResult(result);
        }
        catch (Exception error)
        {
            // Whatever the work throws belongs to whoever awaits it.
            answer = () => done.SetException(error);
        }

        world.After(trouble.TakeDelay(), process, () =>
        {
            _running--;
            answer();
            EndIfIdle();
        });
    }

    private void EndIfIdle()
    {
        if (_ended && _running == 0)
        {
            _allEnded.TrySetResult();
        }
    }
}
