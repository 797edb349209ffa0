using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Groups;

namespace OrleansQueue.Grains.Groups;

/// <summary>Keeps what is to be known of groups with the shards of the index of groups and of that of duties.</summary>
internal sealed class GroupRegistry(IGrainFactory grains, DutyClient duties, ILogger<GroupRegistry> logger) : IGroupRegistry
{
    public ValueTask<bool> HasAsync(string group) => ShardOf(group).HasAsync(group);

    public ValueTask PutAsync(GroupSummary group, Epoch owner) => ShardOf(group.Name).PutAsync(group, owner);

    public ValueTask RemoveAsync(string group, Epoch owner) => ShardOf(group).RemoveAsync(group, owner);

    public async ValueTask<bool> TrySetDutyAsync(string group, Timestamp due)
    {
        var holder = grains.GetGrain<IConsumerGroupGrain>(group).GetGrainId();
        try
        {
            await duties.SetAsync(holder, due);
            return true;
        }
        catch (Exception error) when (error is IOException or TimeoutException or OrleansException)
        {
            logger.DutyNotSet(error, holder);
            return false;
        }
    }

    private IGroupIndexGrain ShardOf(string group) => grains.GetGrain<IGroupIndexGrain>(GroupIndex.ShardOf(group));
}
