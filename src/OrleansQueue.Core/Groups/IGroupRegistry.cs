using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>What is known of a group while it is not in memory: that it is there, and when it must act though nobody calls.</summary>
internal interface IGroupRegistry
{
    /// <inheritdoc cref="GroupIndex.HasAsync"/>
    ValueTask<bool> HasAsync(string group);

    /// <inheritdoc cref="GroupIndex.PutAsync"/>
    ValueTask PutAsync(GroupSummary group, Epoch owner);

    /// <inheritdoc cref="GroupIndex.RemoveAsync"/>
    ValueTask RemoveAsync(string group, Epoch owner);

    /// <summary>Sets when a group must act. False where that failed: the next use of the group tries again.</summary>
    ValueTask<bool> TrySetDutyAsync(string group, Timestamp due);
}
