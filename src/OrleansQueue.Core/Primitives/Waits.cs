namespace OrleansQueue;

/// <summary>
/// Waits that stay on the caller's scheduler. <see cref="Task.WhenAny(Task, Task)"/> does not: where a task's source runs its
/// continuations asynchronously, each completion takes a way round through the thread pool, which costs the one who waits a
/// hop, and keeps a simulation from being repeatable.
/// </summary>
internal static class Waits
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Ends when the task has, however it ended.</summary>
    public static async Task EndOfAsync(Task task) =>
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>Ends when the task has, when the time is over, or when the wait is cancelled, whichever comes first; never with an error.</summary>
    public static async Task EndOfAsync(Task task, TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Timers cut off what is less than a millisecond, and one of no time at all would have its caller go round and round until that is over.
        var over = Task.Delay(longest < Shortest && longest > TimeSpan.Zero ? Shortest : longest, clock, waited.Token);
        var ended = new TaskCompletionSource();

        // The token takes the continuation away from a task that goes on, or an idle partition would gather one with each wait.
        _ = task.ContinueWith(End, ended, waited.Token, TaskContinuationOptions.None, TaskScheduler.Current);
        _ = over.ContinueWith(End, ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Current);
        await ended.Task;
        waited.Cancel();
    }

    private static void End(Task task, object? ended)
    {
        // Whoever waits looks at the task himself; its error is not this wait's.
        _ = task.Exception;
        ((TaskCompletionSource)ended!).TrySetResult();
    }
}
