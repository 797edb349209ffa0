using OrleansQueue.Broker;
using OrleansQueue.Duties;
using OrleansQueue.Groups;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Testing;

/// <summary>All groups, opened when they are first asked for, the index of them, and what they have to do uncalled.</summary>
internal sealed class InProcessGroups : IGroupRegistry, IDutyHolders, IAsyncDisposable
{
    // Tells the duties of groups from those of partitions, whose names begin with p-.
    private const string Prefix = "g-";
    private const int MostListed = 1_000;

    private readonly Dictionary<string, GroupHost> _hosts = new(StringComparer.Ordinal);
    private readonly GroupServerOptions _options = new();
    private readonly InProcessShards<GroupIndex> _index;
    private readonly ILogStore _store;
    private readonly IGroupSurroundings _surroundings;
    private readonly InProcessDuties _duties;
    private readonly TimeProvider _clock;

    public InProcessGroups(ILogStore store, IGroupSurroundings surroundings, InProcessDuties duties, TimeProvider clock)
    {
        _store = store;
        _surroundings = surroundings;
        _duties = duties;
        _clock = clock;
        _index = new(GroupIndex.Shards, shard => GroupIndex.OpenAsync(store, shard, NoLogEvents.Instance, CancellationToken.None));
        duties.AddHolders(Prefix, this);
    }

    /// <summary>Asks a group; a name that no group may have is answered with <paramref name="absent"/>.</summary>
    public Task<T> AskAsync<T>(string group, T absent, Func<GroupHost, ValueTask<T>> call) =>
        GroupName.Check(group) is null ? call(HostOf(group)).AsTask() : Task.FromResult(absent);

    /// <summary>Asks a group; a name that no group may have is refused.</summary>
    public Task<T> AskAsync<T>(string group, Func<Refusal, T> refused, Func<GroupHost, ValueTask<T>> call) =>
        GroupName.Check(group) is { } refusal ? Task.FromResult(refused(refusal)) : call(HostOf(group)).AsTask();

    /// <inheritdoc cref="IGroupAdminVerbs.ListGroupsAsync"/>
    public async Task<GroupPage> ListAsync(string? after, int limit)
    {
        limit = Math.Clamp(limit, 1, MostListed);
        var found = new List<GroupSummary>();
        for (var shard = 0; shard < _index.Count; shard++)
        {
            found.AddRange(await _index.CallAsync(shard, index => index.ListAsync(after, limit + 1)));
        }

        var groups = found.OrderBy(group => group.Name, StringComparer.Ordinal).Take(limit + 1).ToList();
        return groups.Count > limit ? new GroupPage(groups[..limit], groups[limit - 1].Name) : new GroupPage(groups, null);
    }

    /// <summary>Ends all waits, for good.</summary>
    public void EndWaits()
    {
        foreach (var host in _hosts.Values)
        {
            host.EndWaits();
        }
    }

    /// <summary>Lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values.ToList())
        {
            await host.DisposeAsync();
        }

        await _index.DisposeAsync();
    }

    /// <summary>A group's time has come.</summary>
    ValueTask<Timestamp?> IDutyHolders.RunAsync(string holder) => HostOf(holder[Prefix.Length..]).RunDutyAsync(CancellationToken.None);

    async ValueTask<bool> IGroupRegistry.HasAsync(string group) => await _index.CallAsync(GroupIndex.ShardOf(group), index => index.HasAsync(group));

    async ValueTask IGroupRegistry.PutAsync(GroupSummary group, Epoch owner) => await _index.CallAsync(GroupIndex.ShardOf(group.Name), async index =>
    {
        await index.PutAsync(group, owner);
        return true;
    });

    async ValueTask IGroupRegistry.RemoveAsync(string group, Epoch owner) => await _index.CallAsync(GroupIndex.ShardOf(group), async index =>
    {
        await index.RemoveAsync(group, owner);
        return true;
    });

    async ValueTask<bool> IGroupRegistry.TrySetDutyAsync(string group, Timestamp due)
    {
        try
        {
            await _duties.SetAsync(Prefix + group, due);
            return true;
        }
        catch (IOException)
        {
            // The next use of the group tries again.
            return false;
        }
    }

    private GroupHost HostOf(string group)
    {
        if (!_hosts.TryGetValue(group, out var host))
        {
            host = new GroupHost(group, _store, _surroundings, this, _options, _clock, NoLogEvents.Instance);
            _hosts.Add(group, host);
        }

        return host;
    }
}
