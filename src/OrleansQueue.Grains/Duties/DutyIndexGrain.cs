using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Duties;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Log;

namespace OrleansQueue.Grains.Duties;

/// <summary>
/// One shard of the index of duties. It is reentrant, since those it calls may set their next time while it waits for them. After
/// a call that failed it leaves memory, and its journal tells the next one what was kept.
/// </summary>
[GrainType("oq-duties"), Reentrant, Immovable]
internal sealed class DutyIndexGrain(
    IGrainContext context, SiloBroker silo, IGrainFactory grains, TimeProvider clock, ILogEvents events, ILogger<DutyIndexGrain> logger)
    : IGrainBase, IDutyIndexGrain, IDutyHolders
{
    private const int AtOnce = 100;

    private DutyIndex? _index;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _index = await DutyIndex.OpenAsync(silo.Logs, (int)this.GetPrimaryKeyLong(), this, clock, events, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_index is { } index)
        {
            await index.DisposeAsync();
        }
    }

    public async ValueTask SetAsync(GrainId holder, Timestamp? due) => await RunAsync(async index =>
    {
        await index.SetAsync(holder.ToString(), due);
        return true;
    });

    public async ValueTask RunDueAsync()
    {
        foreach (var (holder, error) in await RunAsync(index => index.RunDueAsync(AtOnce)))
        {
            logger.DutyFailed(error, holder);
        }
    }

    ValueTask<Timestamp?> IDutyHolders.RunAsync(string holder) => grains.GetGrain<IDutyHolderGrain>(GrainId.Parse(holder)).RunDutyAsync();

    private async ValueTask<T> RunAsync<T>(Func<DutyIndex, ValueTask<T>> call)
    {
        try
        {
            return await call(_index!);
        }
        catch
        {
            this.DeactivateOnIdle();
            throw;
        }
    }
}
