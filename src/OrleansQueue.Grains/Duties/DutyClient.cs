using OrleansQueue.Contracts.Grains;
using OrleansQueue.Duties;

namespace OrleansQueue.Grains.Duties;

/// <summary>Leaves the duties of grains with the shard of the index that they belong to.</summary>
internal sealed class DutyClient(IGrainFactory grains)
{
    /// <inheritdoc cref="IDutyIndexGrain.SetAsync"/>
    public ValueTask SetAsync(GrainId holder, Timestamp? due) =>
        grains.GetGrain<IDutyIndexGrain>(DutyIndex.ShardOf(holder.ToString())).SetAsync(holder, due);
}
