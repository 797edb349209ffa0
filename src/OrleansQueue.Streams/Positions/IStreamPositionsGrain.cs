namespace OrleansQueue.Streams.Positions;

/// <summary>Keeps how far the streams of one partition were delivered. Its key is a <see cref="PositionsKey"/>.</summary>
[Alias("oq.IStreamPositionsGrain")]
internal interface IStreamPositionsGrain : IGrainWithStringKey
{
    /// <summary>Makes somebody the owner of the positions; null where another one may still be at work.</summary>
    [Alias("attach")]
    ValueTask<PositionsAnswer?> AttachAsync(Guid owner, SiloAddress silo);

    /// <summary>Keeps a change; false where another one is the owner.</summary>
    [Alias("commit")]
    ValueTask<bool> CommitAsync(Guid owner, SiloAddress silo, PositionsCall change);

    /// <summary>The owner gives up.</summary>
    [Alias("release")]
    ValueTask ReleaseAsync(Guid owner);

    /// <summary>Deletes the positions: the topic is no more.</summary>
    [Alias("drop")]
    ValueTask DropAsync();
}

/// <summary>How far a subscription that lags has come.</summary>
[GenerateSerializer, Immutable, Alias("oq.stream-position")]
internal readonly record struct PositionItem([property: Id(0)] Guid Subscription, [property: Id(1)] StreamId Stream, [property: Id(2)] long Next);

/// <summary>All positions of a partition.</summary>
[GenerateSerializer, Immutable, Alias("oq.stream-positions-answer")]
internal sealed record PositionsAnswer([property: Id(0)] long Frontier, [property: Id(1)] int Epoch, [property: Id(2)] PositionItem[] Lagging);

/// <summary>A change of the positions of a partition.</summary>
[GenerateSerializer, Immutable, Alias("oq.stream-positions-call")]
internal sealed record PositionsCall(
    [property: Id(0)] long Frontier, [property: Id(1)] int Epoch, [property: Id(2)] PositionItem[] Lagging, [property: Id(3)] PositionItem[] Gone);
