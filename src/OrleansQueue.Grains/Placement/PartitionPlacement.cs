using System.Text;
using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Grains.Placement;

/// <summary>
/// Places what belongs to a partition, its own grain and the cursors of its groups, in one silo, so that what a cursor leases is not
/// first sent from another.
/// </summary>
internal sealed class PartitionPlacement : PlacementStrategy;

/// <summary>Marks a grain that belongs to a partition and whose key says so, see <see cref="QueueCursorKey.PartitionOf"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionPlacementAttribute() : PlacementAttribute(new PartitionPlacement());

/// <summary>Takes the silo that the partition falls to by the map of partitions; where the map does not answer, the one that the partition's name falls to.</summary>
internal sealed class PartitionPlacementDirector(PlacementCache map, ISiloStatusOracle silos) : IPlacementDirector
{
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var compatible = context.GetCompatibleSilos(target);
        if (compatible.Length == 1)
        {
            return compatible[0];
        }

        SiloAddress? AddressOf(string name) => Array.Find(compatible, silo => silos.TryGetSiloName(silo, out var other) && other == name);

        return QueueCursorKey.TryParsePartition(target.GrainIdentity.Key.AsSpan(), out var partition)
            && await map.FindAsync(partition, name => AddressOf(name) is not null) is { } name
            && AddressOf(name) is { } address
                ? address
                : WithoutMap(target.GrainIdentity.Key, compatible);
    }

    /// <summary>The silo that has the highest hash with the partition (rendezvous hashing): every silo comes to the same answer.</summary>
    internal static SiloAddress WithoutMap(IdSpan grainKey, IEnumerable<SiloAddress> silos)
    {
        var partition = StableHash.ComputeHash(QueueCursorKey.PartitionOf(grainKey.AsSpan()));
        return silos.MaxBy(silo => (HashOf(silo, partition), silo))!;
    }

    private static uint HashOf(SiloAddress silo, uint partition) => StableHash.ComputeHash(Encoding.UTF8.GetBytes($"{silo.ToParsableString()}#{partition}"));
}
