namespace OrleansQueue.Contracts.Wire;

/// <summary>Which partitions came to a silo or moved.</summary>
/// <param name="Epoch">Which opening of the map counts the versions.</param>
/// <param name="Version">The version up to which this tells.</param>
/// <param name="IsComplete">False where what moved since the version that was asked for is not known: everything is asked for anew.</param>
/// <param name="Topics">The topics of the partitions, the last move last.</param>
/// <param name="Partitions">Their numbers.</param>
/// <param name="Silos">The names of the silos.</param>
[GenerateSerializer, Immutable, Alias("oq.placement-moves")]
internal sealed record PlacementMoves(
    [property: Id(0)] int Epoch,
    [property: Id(1)] long Version,
    [property: Id(2)] bool IsComplete,
    [property: Id(3)] Guid[] Topics,
    [property: Id(4)] int[] Partitions,
    [property: Id(5)] string[] Silos);
