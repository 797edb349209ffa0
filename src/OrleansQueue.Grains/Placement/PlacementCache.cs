using System.Collections.Concurrent;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Grains.Placement;

/// <summary>What this silo knows of the map of partitions, and the grains of partitions that are here.</summary>
internal sealed class PlacementCache(IGrainFactory grains, TimeProvider clock)
{
    // Whoever waits for the map longer than that places without it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<TopicPartition, string> _silos = new();
    private readonly ConcurrentDictionary<GrainId, Placed> _placed = new();

    private IPlacementGrain Map => grains.GetGrain<IPlacementGrain>(0);

    /// <summary>The partitions that have a grain here.</summary>
    public IEnumerable<Placed> Here => _placed.Values;

    /// <summary>A grain of a partition is here; <paramref name="leave"/> has it go where the map says.</summary>
    public void Add(IGrainContext grain, TopicPartition partition, Action leave) => _placed[grain.GrainId] = new Placed(grain, partition, leave);

    /// <summary>A grain is here no more.</summary>
    public void Remove(IGrainContext grain)
    {
        if (_placed.TryGetValue(grain.GrainId, out var placed) && placed.Grain == grain)
        {
            _placed.TryRemove(new KeyValuePair<GrainId, Placed>(grain.GrainId, placed));
        }
    }

    /// <summary>The silo that a partition falls to as far as it is known here, or null.</summary>
    public string? Known(TopicPartition partition) => _silos.GetValueOrDefault(partition);

    /// <summary>The silo that a partition falls to; null where the map does not answer in time.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="isThere">Whether a silo can be had: what is known of one that is gone is asked for anew.</param>
    public async Task<string?> FindAsync(TopicPartition partition, Func<string, bool> isThere)
    {
        if (Known(partition) is { } known && isThere(known))
        {
            return known;
        }

        try
        {
            await AskAsync([partition]).WaitAsync(Patience, clock);
            return Known(partition);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException or IOException)
        {
            // The map is a hint: where a partition lies without it is looked at again later.
            return null;
        }
    }

    /// <summary>Asks where partitions fall to.</summary>
    public async Task AskAsync(IReadOnlyList<TopicPartition> partitions)
    {
        var silos = await Map.PlaceAsync([.. partitions.Select(static partition => partition.Topic.Value)], [.. partitions.Select(static partition => partition.Partition.Number)]);
        for (var i = 0; i < silos.Length; i++)
        {
            _silos[partitions[i]] = silos[i];
        }
    }

    /// <summary>A partition has moved.</summary>
    public void Moved(TopicPartition partition, string silo) => _silos[partition] = silo;

    /// <summary>Nothing that is known can be relied on.</summary>
    public void Clear() => _silos.Clear();

    /// <summary>A grain of a partition.</summary>
    /// <param name="Grain">The grain.</param>
    /// <param name="Partition">The partition.</param>
    /// <param name="Leave">Has it go where the map says.</param>
    internal sealed record Placed(IGrainContext Grain, TopicPartition Partition, Action Leave);
}
