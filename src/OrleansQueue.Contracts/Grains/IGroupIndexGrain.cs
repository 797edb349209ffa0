using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Grains;

/// <summary>One shard of the index of groups. Its key is the shard's number.</summary>
[Alias("oq.IGroupIndexGrain")]
internal interface IGroupIndexGrain : IGrainWithIntegerKey
{
    /// <summary>Whether the index names a group.</summary>
    [Alias("has")]
    ValueTask<bool> HasAsync(string name);

    /// <summary>Names a group, before it is there; for the owner of that epoch.</summary>
    [Alias("put")]
    ValueTask PutAsync(GroupSummary group, Epoch owner);

    /// <summary>Names a group no more, after it is gone, unless a later owner has named it.</summary>
    [Alias("remove")]
    ValueTask RemoveAsync(string name, Epoch owner);

    /// <inheritdoc cref="IGroupAdminVerbs.ListGroupsAsync"/>
    [Alias("list")]
    ValueTask<List<GroupSummary>> ListAsync(string? after, int limit);
}
