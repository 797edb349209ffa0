using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Stores;

/// <summary>
/// Keeps a silo out of a cluster that has another store: its partitions would find none of their records there. It is checked
/// while the silo joins, before it is active, and once more when it is, for silos that joined at the same moment or had nobody who answered.
/// </summary>
internal sealed class StoreCheck(IGrainFactory grains, SiloBroker silo, ClusterQuestions cluster) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(StoreCheck), ServiceLifecycleStage.ApplicationServices, CheckAsync, static _ => Task.CompletedTask);
        lifecycle.Subscribe(
            nameof(StoreCheck),
            ServiceLifecycleStage.Active,
            async token => (await CheckAsync(token)).ThrowIfFailed("which store it has"),
            static _ => Task.CompletedTask);
    }

    private async Task<Asked<StoreDescription>> CheckAsync(CancellationToken cancellationToken)
    {
        var answer = await cluster.AskAsync(() => grains.GetGrain<IStoreGrain>(0).DescribeAsync(), needsOthers: true, cancellationToken);
        return answer.Value is { } theirs && theirs.Id != silo.Logs.Id ? throw StoreMismatchException.Of(silo.StoreName, silo.Logs.Id, theirs) : answer;
    }
}
