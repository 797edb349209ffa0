using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Groups;

/// <summary>
/// One shard of the index of groups: their names and kinds, for those who list them. A group stands here before it is there
/// and until after it is gone, so the list misses none; it may name one whose creation or deletion was cut short. A removal by an
/// earlier owner that comes after a later one created the group anew is refused for as long as this shard stays in memory.
/// <para>After a call that threw it is thrown away and opened again from its journal.</para>
/// </summary>
internal sealed class GroupIndex : IAsyncDisposable
{
    /// <summary>How many shards there are. It is part of the stored form: a group's shard follows from its name.</summary>
    public const int Shards = 16;

    /// <summary>The most groups that a shard lists: a page, and one more, which tells whether there are more.</summary>
    private const int MostListed = 1_001;

    private readonly GroupIndexState _state;
    private readonly Journal _journal;

    // Who last named a group, as far as this shard was in memory then. Two owners of a group may be at it at once for a while.
    private readonly Dictionary<string, Epoch> _owners = [];

    private GroupIndex(GroupIndexState state, Journal journal)
    {
        _state = state;
        _journal = journal;
    }

    /// <summary>The shard that a group's name belongs to.</summary>
    public static int ShardOf(string name) => (int)(Crc32C.Compute(Encoding.UTF8.GetBytes(name)) % Shards);

    /// <summary>Opens a shard.</summary>
    /// <param name="store">Where its journal is.</param>
    /// <param name="shard">Its number.</param>
    /// <param name="events">Is told what recovery found.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<GroupIndex> OpenAsync(ILogStore store, int shard, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new GroupIndexState();
        var log = LogId.Parse($"groups-{shard:D2}");
        var journal = await Journal.OpenAsync(store, log, state, new JournalOptions(), cancellationToken).ToldToAsync(events, log, static opened => opened.Tail);
        return new GroupIndex(state, journal);
    }

    /// <summary>Whether a group stands here.</summary>
    public async ValueTask<bool> HasAsync(string name)
    {
        var has = _state.Find(name) is not null;
        await KeepAsync(_journal.WhenDurable());
        return has;
    }

    /// <summary>Names a group, in place of what was known of that name. It is kept when this answers.</summary>
    /// <param name="group">The group.</param>
    /// <param name="owner">The epoch of who is about to create it.</param>
    public async ValueTask PutAsync(GroupSummary group, Epoch owner)
    {
        _owners[group.Name] = owner > _owners.GetValueOrDefault(group.Name, Epoch.None) ? owner : _owners[group.Name];
        await SetAsync(group.Name, group.Kind);
    }

    /// <summary>Names a group no more, unless a later owner has named it. It is kept when this answers.</summary>
    /// <param name="name">The group.</param>
    /// <param name="owner">The epoch of who knows that it is gone. What it says may come late, when another has created the group.</param>
    public async ValueTask RemoveAsync(string name, Epoch owner)
    {
        if (owner >= _owners.GetValueOrDefault(name, Epoch.None))
        {
            _owners.Remove(name);
            await SetAsync(name, null);
        }
    }

    /// <summary>The groups of this shard behind a name in the order of their names (by their UTF-16 codes), <paramref name="limit"/> at most.</summary>
    public async ValueTask<IReadOnlyList<GroupSummary>> ListAsync(string? after, int limit)
    {
        var groups = _state.From(after).Take(Math.Clamp(limit, 1, MostListed)).ToList();
        await KeepAsync(_journal.WhenDurable());
        return groups;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private async ValueTask SetAsync(string name, GroupKind? kind) =>
        await KeepAsync(_state.Find(name) == kind ? _journal.WhenDurable() : _journal.AppendAsync(GroupIndexState.EntryOf(name, kind)));

    private static async ValueTask KeepAsync(Task<StoreOutcome> keeping)
    {
        var outcome = await keeping;
        if (outcome != StoreOutcome.Done)
        {
            throw new IOException($"The index of groups could not be written: {outcome}.");
        }
    }
}
