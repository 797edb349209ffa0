namespace OrleansQueue.StorageSpecs;

/// <summary>Runs code as a grain does: on one scheduler, one piece at a time, continuations included.</summary>
internal static class OneScheduler
{
    public static Task RunAsync(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
}
