using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Stores;

/// <summary>
/// Keeps a silo out of a cluster that has another store: its partitions would find none of their records there. It is checked
/// while the silo joins, before it is active, and once more when it is, for two silos that joined at the same moment.
/// </summary>
internal sealed class StoreCheck(IGrainFactory grains, SiloBroker silo, ISiloStatusOracle silos) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(StoreCheck), ServiceLifecycleStage.ApplicationServices, CheckAsync, static _ => Task.CompletedTask);
        lifecycle.Subscribe(nameof(StoreCheck), ServiceLifecycleStage.Active, CheckAsync, static _ => Task.CompletedTask);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var others = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Any(other => !other.Equals(silos.SiloAddress));
        if (others && await grains.GetGrain<IStoreGrain>(0).DescribeAsync() is var theirs && theirs.Id != silo.Logs.Id)
        {
            throw StoreMismatchException.Of(silo.StoreName, silo.Logs.Id, theirs);
        }
    }
}
