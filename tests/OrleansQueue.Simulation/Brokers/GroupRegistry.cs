using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The index of groups, which in a simulation never fails: groups themselves are what is tried.</summary>
internal sealed class GroupRegistry : IGroupRegistry
{
    private readonly Dictionary<string, Epoch> _groups = new(StringComparer.Ordinal);

    public ValueTask<bool> HasAsync(string group) => new(_groups.ContainsKey(group));

    public ValueTask PutAsync(GroupSummary group, Epoch owner)
    {
        var named = _groups.GetValueOrDefault(group.Name, Epoch.None);
        _groups[group.Name] = owner > named ? owner : named;
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string group, Epoch owner)
    {
        if (owner >= _groups.GetValueOrDefault(group, Epoch.None))
        {
            _groups.Remove(group);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TrySetDutyAsync(string group, Timestamp due) => new(true);
}
