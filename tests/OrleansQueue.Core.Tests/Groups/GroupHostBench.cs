using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>A host of one group, among topics of a bench, with a registry that shows what it is told.</summary>
internal sealed class GroupHostBench : IGroupRegistry
{
    public GroupHostBench()
    {
        Inner.AddTopic("orders", 4);
        Inner.Store.OnOpen = () =>
        {
            Openings++;
            return Task.CompletedTask;
        };
        Host = NewHost();
    }

    public GroupBench Inner { get; } = new();

    public GroupHost Host { get; private set; }

    /// <summary>How often a journal was opened.</summary>
    public int Openings { get; set; }

    /// <summary>The groups that the index names.</summary>
    public HashSet<string> Named { get; } = [];

    /// <summary>What the test saw.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>Is told of each change of the registry, before it is made.</summary>
    public Func<string, Task> OnChange { get; set; } = static _ => Task.CompletedTask;

    public async Task RestartAsync()
    {
        await Host.DisposeAsync();
        Host = NewHost();
    }

    /// <summary>Opens the group as another owner does.</summary>
    public async Task<GroupServer> OpenOtherAsync() =>
        await GroupServer.OpenAsync("billing", Inner.Store, Inner, new GroupServerOptions(), Inner.Clock, NoLogEvents.Instance, CancellationToken.None);

    /// <summary>Whether the group has a journal that says something.</summary>
    public async Task<bool> IsJournaledAsync() => Inner.Store.Appends.Count != 0 && (await Inner.Store.ListAsync(default)).Contains(GroupServer.LogOf("billing"));

    public async Task<GroupMember> JoinAsync(string id) =>
        Assert.IsType<JoinResult.Joined>(await Host.JoinAsync(new JoinRequest("billing", id, ["orders"]), default)).Member;

    public Task<HeartbeatResult> BeatAsync(GroupMember member, Generation known = default, TimeSpan wait = default) =>
        Host.HeartbeatAsync(new HeartbeatRequest("billing", member, known) { MaxWait = wait }, default).AsTask();

    ValueTask<bool> IGroupRegistry.HasAsync(string group) => new(Named.Contains(group));

    async ValueTask IGroupRegistry.PutAsync(GroupSummary group, Epoch owner)
    {
        await OnChange("put");
        Named.Add(group.Name);
    }

    async ValueTask IGroupRegistry.RemoveAsync(string group, Epoch owner)
    {
        await OnChange("removed");
        Named.Remove(group);
    }

    async ValueTask<bool> IGroupRegistry.TrySetDutyAsync(string group, Timestamp due)
    {
        await OnChange($"due {due.UnixMilliseconds}");
        return true;
    }

    private GroupHost NewHost() => new("billing", Inner.Store, Inner, this, new GroupServerOptions(), Inner.Clock, NoLogEvents.Instance);
}
