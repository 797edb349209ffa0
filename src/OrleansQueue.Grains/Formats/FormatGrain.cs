using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Formats;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Log;

namespace OrleansQueue.Grains.Formats;

/// <summary>
/// Keeps the level of the formats that the cluster writes. It is reentrant, so that silos need not wait for each other. After a call that failed it leaves
/// memory, and its journal tells the next one what was kept.
/// </summary>
[GrainType("oq-format"), Reentrant, Immovable]
internal sealed class FormatGrain(IGrainContext context, SiloBroker silo, ISiloStatusOracle silos, TimeProvider clock, ILogEvents events) : IGrainBase, IFormatGrain
{
    private FormatKeeper? _keeper;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken) => _keeper = await FormatKeeper.OpenAsync(silo.Logs, clock, events, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_keeper is { } keeper)
        {
            await keeper.DisposeAsync();
        }
    }

    public ValueTask<int> AnnounceAsync(SiloRow told) => RunAsync(async keeper =>
    {
        var range = new FormatRange(new FormatLevel(told.Oldest), new FormatLevel(told.Newest));
        return (await keeper.AnnounceAsync(new SiloFormats(new KnownSilo(told.Name, told.Address), told.Version ?? "", range), Silos())).Value;
    });

    public ValueTask<ClusterAnswer> DescribeAsync() =>
        RunAsync(async keeper => ClusterAnswer.Of(await keeper.DescribeAsync(silo.Logs.Id, silo.StoreName, Silos())));

    public ValueTask<RaiseFormatAnswer> RaiseAsync() => RunAsync(async keeper => RaiseFormatAnswer.Of(await keeper.RaiseAsync(Silos())));

    /// <summary>Every silo that may still write, or may soon.</summary>
    private List<KnownSilo> Silos() => [.. silos.GetApproximateSiloStatuses().Where(static known => known.Value is not (SiloStatus.Dead or SiloStatus.None))
        .Select(known => new KnownSilo(silos.TryGetSiloName(known.Key, out var name) ? name : known.Key.ToParsableString(), known.Key.ToParsableString()))];

    private async ValueTask<T> RunAsync<T>(Func<FormatKeeper, ValueTask<T>> call)
    {
        try
        {
            return await call(_keeper!);
        }
        catch
        {
            this.DeactivateOnIdle();
            throw;
        }
    }
}
