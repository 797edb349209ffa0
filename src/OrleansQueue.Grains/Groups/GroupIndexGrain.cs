using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Groups;
using OrleansQueue.Log;

namespace OrleansQueue.Grains.Groups;

/// <summary>One shard of the index of groups. After a call that failed it leaves memory, and its journal tells the next one what was kept.</summary>
[GrainType("oq-groups"), Reentrant, Immovable]
internal sealed class GroupIndexGrain(IGrainContext context, SiloBroker silo, ILogEvents events) : IGrainBase, IGroupIndexGrain
{
    private GroupIndex? _index;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _index = await GroupIndex.OpenAsync(silo.Logs, (int)this.GetPrimaryKeyLong(), events, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_index is { } index)
        {
            await index.DisposeAsync();
        }
    }

    public ValueTask<bool> HasAsync(string name) => RunAsync(index => index.HasAsync(name));

    public async ValueTask PutAsync(GroupSummary group, Epoch owner) => await RunAsync(async index =>
    {
        await index.PutAsync(group, owner);
        return true;
    });

    public async ValueTask RemoveAsync(string name, Epoch owner) => await RunAsync(async index =>
    {
        await index.RemoveAsync(name, owner);
        return true;
    });

    public ValueTask<List<GroupSummary>> ListAsync(string? after, int limit) => RunAsync(
        async index => new List<GroupSummary>(await index.ListAsync(after, limit)));

    private async ValueTask<T> RunAsync<T>(Func<GroupIndex, ValueTask<T>> call)
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
