using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The index of groups, which in a simulation never fails: groups themselves are what is tried.</summary>
internal sealed class GroupRegistry : IGroupRegistry
{
    private readonly SortedDictionary<string, (GroupKind Kind, Epoch Owner)> _groups = new(StringComparer.Ordinal);

    public IReadOnlyList<GroupSummary> List() => [.. _groups.Select(static group => new GroupSummary(group.Key, group.Value.Kind))];

    public ValueTask<bool> HasAsync(string group) => new(_groups.ContainsKey(group));

    public ValueTask PutAsync(GroupSummary group, Epoch owner)
    {
        var named = OwnerOf(group.Name);
        _groups[group.Name] = (group.Kind, owner > named ? owner : named);
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string group, Epoch owner)
    {
        if (owner >= OwnerOf(group))
        {
            _groups.Remove(group);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TrySetDutyAsync(string group, Timestamp due) => new(true);

    private Epoch OwnerOf(string group) => _groups.TryGetValue(group, out var known) ? known.Owner : Epoch.None;
}
