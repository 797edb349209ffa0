using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Log;
using OrleansQueue.Placement;

namespace OrleansQueue.Grains.Placement;

/// <summary>
/// Keeps the map of partitions, and brings it in line with the silos that are active when it is asked. It is reentrant, so that one entry of its
/// journal serves many who ask. After a call that failed it leaves memory, and its journal tells the next one what was kept.
/// </summary>
[GrainType("oq-placement"), Reentrant, Immovable]
internal sealed class PlacementGrain(IGrainContext context, SiloBroker silo, ISiloStatusOracle silos, ILogEvents events) : IGrainBase, IPlacementGrain
{
    // By their addresses: a silo that starts again may have the same name.
    private readonly HashSet<SiloAddress> _draining = [];
    private HashSet<string> _balanced = [];
    private PlacementMap? _map;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken) => _map = await PlacementMap.OpenAsync(silo.Logs, events, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_map is { } map)
        {
            await map.DisposeAsync();
        }
    }

    public ValueTask<string[]> PlaceAsync(Guid[] topics, int[] partitions) => RunAsync(async map =>
    {
        var asked = topics.Zip(partitions, static (topic, partition) => new TopicPartition(new TopicId(topic), new Partition(partition))).ToList();
        return (await map.PlaceAsync(asked, Names())).ToArray();
    });

    public ValueTask<PlacementMoves> MovesSinceAsync(int epoch, long version) => RunAsync(async map =>
    {
        await BalanceAsync(map);
        var moves = map.MovesSince(new Epoch(epoch), version);
        return new PlacementMoves(
            map.Epoch.Value,
            map.Version,
            moves is not null,
            [.. (moves ?? []).Select(static move => move.Partition.Topic.Value)],
            [.. (moves ?? []).Select(static move => move.Partition.Partition.Number)],
            [.. (moves ?? []).Select(static move => move.Silo)]);
    });

    public async ValueTask DrainAsync(SiloAddress silo) => await RunAsync(async map =>
    {
        _draining.Add(silo);
        await BalanceAsync(map);
        return true;
    });

    public async ValueTask ForgetAsync(TopicId topic) => await RunAsync(async map =>
    {
        await map.ForgetAsync(topic);
        return true;
    });

    private async ValueTask BalanceAsync(PlacementMap map)
    {
        var names = Names();
        if (!_balanced.SetEquals(names))
        {
            _balanced = names;
            await map.BalanceAsync(names);
        }
    }

    /// <summary>The silos that partitions may fall to: those that are active and stay, or all where none stays.</summary>
    private HashSet<string> Names()
    {
        var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys;
        _draining.IntersectWith(active);
        var staying = NamesOf(active.Except(_draining));
        return staying.Count != 0 ? staying : NamesOf(active) is { Count: not 0 } all ? all : [silos.SiloName];
    }

    private HashSet<string> NamesOf(IEnumerable<SiloAddress> addresses)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            if (silos.TryGetSiloName(address, out var name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private async ValueTask<T> RunAsync<T>(Func<PlacementMap, ValueTask<T>> call)
    {
        try
        {
            return await call(_map!);
        }
        catch
        {
            this.DeactivateOnIdle();
            throw;
        }
    }
}
