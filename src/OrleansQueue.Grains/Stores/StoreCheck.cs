using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Stores;

/// <summary>
/// Keeps a silo out of a cluster that has another store: its partitions would find none of their records there. It is checked
/// while the silo joins, before it is active, and once more when it is, for two silos that joined at the same moment.
/// </summary>
internal sealed class StoreCheck(IGrainFactory grains, SiloBroker silo, ISiloStatusOracle silos, TimeProvider clock) : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan RetryTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(StoreCheck), ServiceLifecycleStage.ApplicationServices, CheckAsync, static _ => Task.CompletedTask);
        lifecycle.Subscribe(nameof(StoreCheck), ServiceLifecycleStage.Active, CheckAsync, static _ => Task.CompletedTask);
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Any(other => !other.Equals(silos.SiloAddress)))
        {
            try
            {
                var theirs = await grains.GetGrain<IStoreGrain>(0).DescribeAsync();
                if (theirs.Id != silo.Logs.Id)
                {
                    throw StoreMismatchException.Of(silo.StoreName, silo.Logs.Id, theirs);
                }

                return;
            }
            catch (OrleansException) when (clock.GetElapsedTime(began) < Patience)
            {
                // Who is active is known a moment before what grains they have is; and whoever was asked may just have left.
                await Task.Delay(RetryTime, clock, cancellationToken);
            }
        }
    }
}
