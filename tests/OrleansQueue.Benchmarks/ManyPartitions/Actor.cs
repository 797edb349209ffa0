namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>A scheduler of its own, as each grain has.</summary>
internal sealed class Actor
{
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

    public Task RunAsync(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler).Unwrap();
}
