namespace OrleansQueue.Client;

/// <summary>
/// Where the client's own work runs: on its scheduler, apart from the callers. So no caller's context is captured, be it a
/// grain's scheduler or the one thread of a window, and no caller's ambient values reach the work of others. All code of the
/// client that waits is started here; what it awaits then stays on that scheduler.
/// </summary>
internal sealed class Background(TaskScheduler scheduler)
{
    /// <summary>Whether that is the thread pool, and not a scheduler of somebody who orders every turn.</summary>
    public bool IsOnThreads => scheduler == TaskScheduler.Default;

    /// <summary>Starts work that belongs to nobody's call.</summary>
    public Task Start(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return RunAsync(work);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return RunAsync(work);
        }
    }

    /// <summary>Does a part of a caller's call.</summary>
    public Task RunAsync(Func<Task> work) =>
        // In its turn: a thread takes what it queued itself last first, so a member's heartbeats would not begin while others keep all threads busy.
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach | TaskCreationOptions.PreferFairness, scheduler).Unwrap();

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public Task<T> RunAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler).Unwrap();
}
