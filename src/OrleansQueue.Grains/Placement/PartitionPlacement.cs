using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Grains.Placement;

/// <summary>
/// Places what belongs to a partition, its own grain and the cursors of its groups, in one silo, so that what a cursor leases is not
/// first sent from another. It holds for grains that are activated among the same silos; none of them moves because another silo joins.
/// </summary>
internal sealed class PartitionPlacement : PlacementStrategy;

/// <summary>Marks a grain that belongs to a partition and whose key says so, see <see cref="QueueCursorKey.PartitionOf"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionPlacementAttribute() : PlacementAttribute(new PartitionPlacement());

/// <summary>Takes the silo that the partition's name falls to.</summary>
internal sealed class PartitionPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        // Every silo must come to the same answer, in whatever order it knows the others.
        SiloAddress[] silos = [.. context.GetCompatibleSilos(target).Order()];
        return Task.FromResult(silos[PlaceOf(target.GrainIdentity.Key, silos.Length)]);
    }

    /// <summary>Which of so many silos a grain falls to.</summary>
    internal static int PlaceOf(IdSpan grainKey, int silos) => (int)(StableHash.ComputeHash(QueueCursorKey.PartitionOf(grainKey.AsSpan())) % (uint)silos);
}
