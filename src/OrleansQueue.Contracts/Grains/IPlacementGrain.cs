using OrleansQueue.Contracts.Wire;

namespace OrleansQueue.Contracts.Grains;

/// <summary>Knows which silo each partition falls to. There is one, with key 0.</summary>
[Alias("oq.IPlacementGrain")]
internal interface IPlacementGrain : IGrainWithIntegerKey
{
    /// <summary>The names of the silos that partitions fall to, in the order in which they are asked for; they get one where they have none.</summary>
    [Alias("place")]
    ValueTask<string[]> PlaceAsync(Guid[] topics, int[] partitions);

    /// <summary>What moved since a silo asked before. Whoever asks has the map brought in line with the silos that there are.</summary>
    [Alias("moves-since")]
    ValueTask<PlacementMoves> MovesSinceAsync(int epoch, long version);

    /// <summary>No partition falls to a silo from now on, as it is about to stop.</summary>
    [Alias("drain")]
    ValueTask DrainAsync(SiloAddress silo);

    /// <summary>Partitions of a topic that is deleted count for nothing.</summary>
    [Alias("forget")]
    ValueTask ForgetAsync(TopicId topic);
}
