namespace OrleansQueue.Storage.Files;

/// <summary>Where blocking calls of the disk run: threads of the store's own, or, in a simulation, the caller's.</summary>
internal interface IDiskScheduler : IAsyncDisposable
{
    Task<T> RunAsync<T>(Func<T> work);
}

/// <summary>Runs the work at once, on the caller's thread: a run is then the same each time.</summary>
internal sealed class InlineDiskScheduler : IDiskScheduler
{
    public Task<T> RunAsync<T>(Func<T> work)
    {
        try
        {
            return Task.FromResult(work());
        }
        catch (Exception error)
        {
            // Whatever the work throws belongs to whoever awaits it, as with threads.
            return Task.FromException<T>(error);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
