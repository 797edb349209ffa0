using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Keeps work until the test lets it run, so that several commits wait together.</summary>
internal sealed class WaitingScheduler : IDiskScheduler
{
    private readonly Queue<Action> _waiting = new();

    public bool Holds { get; set; }

    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        _waiting.Enqueue(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                // It belongs to whoever awaits it, as with threads.
                done.SetException(error);
            }
        });
        if (!Holds)
        {
            Release();
        }

        return done.Task;
    }

    public void Release()
    {
        while (_waiting.TryDequeue(out var next))
        {
            next();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
