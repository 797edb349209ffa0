using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The index of groups, which in a simulation never fails: groups themselves are what is tried.</summary>
internal sealed class GroupRegistry : IGroupRegistry
{
    private readonly SortedSet<string> _groups = new(StringComparer.Ordinal);

    public ValueTask<bool> HasAsync(string group) => new(_groups.Contains(group));

    public ValueTask PutAsync(GroupSummary group)
    {
        _groups.Add(group.Name);
        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(string group)
    {
        _groups.Remove(group);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TrySetDutyAsync(string group, Timestamp due) => new(true);
}
