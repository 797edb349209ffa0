using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Positions;

/// <summary>The positions of a partition as their grain keeps them.</summary>
internal sealed class GrainPositions(IGrainFactory grains, PositionsKey key, Guid owner, SiloAddress silo) : IPositionStore
{
    private readonly IStreamPositionsGrain _grain = grains.GetGrain<IStreamPositionsGrain>(key.ToString());

    public async ValueTask<KeptPositions?> AttachAsync(CancellationToken cancellationToken) =>
        await _grain.AttachAsync(owner, silo).AsTask().WaitAsync(cancellationToken) is { } answer
            ? new KeptPositions(
                answer.Frontier,
                new Epoch(answer.Epoch),
                [.. answer.Lagging.Select(static item => new KeptPosition(new SubscriptionKey(item.Subscription, item.Stream), item.Next))])
            : null;

    public async ValueTask<bool> CommitAsync(long frontier, Epoch epoch, PositionChanges changes, CancellationToken cancellationToken) =>
        await _grain.CommitAsync(
            owner,
            silo,
            new PositionsCall(
                frontier,
                epoch.Value,
                [.. changes.Lagging.Select(static position => new PositionItem(position.Key.Id, position.Key.Stream, position.Next))],
                [.. changes.Gone.Select(static key => new PositionItem(key.Id, key.Stream, 0))])).AsTask().WaitAsync(cancellationToken);

    public async ValueTask ReleaseAsync(CancellationToken cancellationToken) => await _grain.ReleaseAsync(owner).AsTask().WaitAsync(cancellationToken);

    public async ValueTask DropAsync(CancellationToken cancellationToken) => await _grain.DropAsync().AsTask().WaitAsync(cancellationToken);
}
