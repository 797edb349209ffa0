using Orleans.Placement;
using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Positions;

/// <summary>
/// Keeps how far the streams of one partition were delivered, preferably on the silo that delivers them. After a call that failed it leaves
/// memory, and its journal tells the next one what was kept.
/// </summary>
[GrainType("oq-stream-positions"), PreferLocalPlacement, Immovable]
internal sealed class StreamPositionsGrain(IGrainContext context, ISiloParts silo, ISiloStatusOracle silos, TimeProvider clock) : IGrainBase, IStreamPositionsGrain
{
    private PositionsHost? _positions;

    public IGrainContext GrainContext => context;

    private PositionsKey Key => PositionsKey.Parse(context.GrainId.Key.ToString()!);

    public async Task OnActivateAsync(CancellationToken cancellationToken) => _positions = await PositionsHost.OpenAsync(silo, Key, clock, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_positions is { } positions)
        {
            await positions.DisposeAsync();
        }
    }

    public async ValueTask<PositionsAnswer?> AttachAsync(Guid owner, SiloAddress silo) =>
        await RunAsync(positions => positions.AttachAsync(owner, silo, address => silos.GetApproximateSiloStatus(address) == SiloStatus.Active)) is { } kept
            ? new PositionsAnswer(kept.Frontier, kept.Epoch.Value, [.. kept.Lagging.Select(static position => new PositionItem(position.Key.Id, position.Key.Stream, position.Next))])
            : null;

    public ValueTask<bool> CommitAsync(Guid owner, SiloAddress silo, PositionsCall change) => RunAsync(positions => positions.CommitAsync(
        owner,
        silo,
        change.Frontier,
        new Epoch(change.Epoch),
        new PositionChanges(
            [.. change.Lagging.Select(static item => new KeptPosition(new SubscriptionKey(item.Subscription, item.Stream), item.Next))],
            [.. change.Gone.Select(static item => new SubscriptionKey(item.Subscription, item.Stream))])));

    public ValueTask ReleaseAsync(Guid owner)
    {
        _positions!.Release(owner);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DropAsync()
    {
        this.DeactivateOnIdle();
        await silo.Logs.DeleteAsync(Key.Log, CancellationToken.None);
    }

    private async ValueTask<T> RunAsync<T>(Func<PositionsHost, ValueTask<T>> call)
    {
        try
        {
            return await call(_positions!);
        }
        catch
        {
            this.DeactivateOnIdle();
            throw;
        }
    }
}
