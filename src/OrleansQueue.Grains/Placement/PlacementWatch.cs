using Microsoft.Extensions.Logging;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;

namespace OrleansQueue.Grains.Placement;

/// <summary>
/// Keeps what a silo knows of the map of partitions up to date, and has grains go that fall to another silo. When the silo stops, it first hands
/// all over, while calls still reach it.
/// </summary>
internal sealed class PlacementWatch(
    PlacementCache cache, IGrainFactory grains, ISiloStatusOracle silos, ClusterQuestions cluster, TimeProvider clock, ILogger<PlacementWatch> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // Each of them is opened elsewhere, which costs its new silo and the storage some work.
    private const int LeaveAtOnce = 16;
    private const int AskAtOnce = 1_000;

    // When what stops at Active stops, a silo takes no more calls of clients and ends its grains: what is handed over must have gone before.
    private const int Stage = ServiceLifecycleStage.Active + 1;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private int _epoch = -1;
    private long _version;

    private IPlacementGrain Map => grains.GetGrain<IPlacementGrain>(0);

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(PlacementWatch), Stage, StartAsync, StopAsync);

    public void Dispose() => _stopping.Dispose();

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = WatchAsync();
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
        if (!cluster.IsAlone)
        {
            await DrainAsync(cancellationToken);
        }
    }

    private async Task WatchAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            if (!cluster.IsAlone)
            {
                await LookAsync();
            }

            await Task.WhenAny(Task.Delay(Period, clock, _stopping.Token));
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await UpdateAsync().WaitAsync(_stopping.Token);
            await LeaveAsync().WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
        catch (Exception error)
        {
            // Whatever went wrong is tried again in a second.
            logger.PlacementNotKnown(error);
        }
    }

    private async Task UpdateAsync()
    {
        var moves = await Map.MovesSinceAsync(_epoch, _version);
        if (!moves.IsComplete)
        {
            cache.Clear();
        }

        for (var i = 0; i < moves.Silos.Length; i++)
        {
            cache.Moved(new TopicPartition(new TopicId(moves.Topics[i]), new Partition(moves.Partitions[i])), moves.Silos[i]);
        }

        (_epoch, _version) = (moves.Epoch, moves.Version);

        // Some were placed without the map, or what was known of them was forgotten.
        foreach (var unknown in cache.Here.Select(static placed => placed.Partition).Distinct().Where(partition => cache.Known(partition) is null).Chunk(AskAtOnce))
        {
            await cache.AskAsync(unknown);
        }
    }

    /// <summary>Has grains go that fall to another silo, some at a time.</summary>
    private async Task LeaveAsync()
    {
        var leaving = cache.Here.Where(placed => cache.Known(placed.Partition) is { } silo && silo != silos.SiloName).ToList();
        foreach (var some in leaving.Chunk(LeaveAtOnce))
        {
            foreach (var placed in some)
            {
                placed.Leave();
            }

            await Task.WhenAll(some.Select(static placed => placed.Grain.Deactivated)).WaitAsync(LongestDrain, clock);
        }
    }

    private async Task HandOverAsync()
    {
        await Map.DrainAsync(silos.SiloAddress);
        await UpdateAsync();
        await LeaveAsync();
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await HandOverAsync().WaitAsync(LongestDrain, clock, cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // What is not handed over is opened elsewhere when this silo has stopped.
            logger.NotDrained(error);
        }
    }
}
