using System.Text;
using Microsoft.Extensions.Logging;
using OrleansQueue.Batches;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Duties;
using OrleansQueue.Grains.Logging;

namespace OrleansQueue.Grains.Duties;

/// <summary>
/// Asks the shards of the index of duties each second to call those whose time has come. Every silo asks the shards that fall
/// to it among the silos that are active then, so that each is asked by one silo, and goes on being asked when that silo dies.
/// </summary>
internal sealed class DutyScanner(IGrainFactory grains, ISiloStatusOracle silos, TimeProvider clock, ILogger<DutyScanner> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private Task _scanning = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DutyScanner), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    /// <summary>The silo that asks a shard: the one with the highest hash of both (rendezvous hashing).</summary>
    internal static SiloAddress? OwnerOf(int shard, IEnumerable<SiloAddress> active) =>
        active.MaxBy(silo => HashOf(shard, silo));

    private static uint HashOf(int shard, SiloAddress silo) => Crc32C.Compute(Encoding.UTF8.GetBytes($"{silo.ToParsableString()}#{shard}"));

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _scanning = ScanAsync();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _scanning;
    }

    private async Task ScanAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys;
            var mine = Enumerable.Range(0, DutyIndex.Shards).Where(shard => silos.SiloAddress.Equals(OwnerOf(shard, active)));
            await Task.WhenAll(mine.Select(ScanAsync));
            await Task.WhenAny(Task.Delay(Period, clock, _stopping.Token));
        }
    }

    private async Task ScanAsync(int shard)
    {
        try
        {
            await grains.GetGrain<IDutyIndexGrain>(shard).RunDueAsync().AsTask().WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops; another one asks from now on.
        }
        catch (Exception error)
        {
            // Whatever went wrong is tried again in a second.
            logger.DutyScanFailed(error, shard);
        }
    }
}
