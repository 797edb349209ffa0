using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Groups;

/// <summary>
/// One consumer group: its members, who reads what, and how far each partition is. All of that but the times at
/// which members were last heard of is in its journal, so a group whose owner died goes on where it was, and gives every member
/// a full session and half of one more.
/// <para>
/// It belongs to one scheduler and takes many calls at once. After a call that threw <see cref="IOException"/>, or once
/// <see cref="IsLost"/> is true, it is thrown away and opened again from its journal.
/// </para>
/// </summary>
internal sealed partial class GroupServer : IAsyncDisposable
{
    private const int EntriesAtOnce = 500;

    private readonly string _name;
    private readonly ILogStore _store;
    private readonly IGroupSurroundings _surroundings;
    private readonly GroupServerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;
    private readonly GroupState _state;
    private readonly OwnedJournal _journal;
    private readonly CancellationTokenSource _ending = new();

    private GroupServer(
        string name, ILogStore store, IGroupSurroundings surroundings, GroupServerOptions options, TimeProvider clock, ILogEvents events, GroupState state, Journal journal)
    {
        _name = name;
        _store = store;
        _surroundings = surroundings;
        _options = options;
        _clock = clock;
        _events = events;
        _state = state;
        _journal = new OwnedJournal(journal, $"Group {name}");
        _topicsAsked = clock.GetTimestamp();
    }

    /// <summary>Whether another owner has the group, its storage failed, or it was deleted, so that this one serves nothing more.</summary>
    public bool IsLost => _journal.IsLost;

    /// <summary>Whether it was lost by being deleted.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Whether it is being deleted: a call that comes in between is to come again, and nobody may open its journal meanwhile.</summary>
    public bool IsDeleting { get; private set; }

    /// <summary>Whether there is such a group.</summary>
    public bool Exists => _state.Settings is not null && !IsLost;

    /// <summary>The owner's fencing number.</summary>
    public Epoch Epoch => _journal.Epoch;

    /// <summary>The group as a list shows it; null where it does not exist.</summary>
    public GroupSummary? Summary => Exists ? new GroupSummary(_name, _state.Settings!.Kind) : null;

    /// <summary>The name of a group's journal. It is part of the stored form.</summary>
    public static LogId LogOf(string name) => LogId.Parse($"g-{ShortDigest.Of(Encoding.UTF8.GetBytes(name))}");

    /// <summary>Opens a group, which fences every earlier owner. One that does not exist can be opened as well, and created then.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="store">Where its journal is.</param>
    /// <param name="surroundings">The rest of the broker.</param>
    /// <param name="options">What all groups share.</param>
    /// <param name="clock">The time.</param>
    /// <param name="events">Is told what recovery found, and when the circuit breaker pauses the group.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    public static async ValueTask<GroupServer> OpenAsync(
        string name, ILogStore store, IGroupSurroundings surroundings, GroupServerOptions options, TimeProvider clock, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new GroupState();
        var asked = clock.GetTimestamp();
        var journal = await Journal.OpenAsync(store, LogOf(name), state, new JournalOptions(), cancellationToken).ToldToAsync(events, LogOf(name), static opened => opened.Tail);
        try
        {
            var server = new GroupServer(name, store, surroundings, options, clock, events, state, journal) { _confirmedAt = asked };
            server.BeginSessions();
            return server;
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="IGroupAdminVerbs.CreateGroupAsync"/>
    public async ValueTask<CreateGroupResult> CreateAsync(GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        if (settings.Check() is { } refusal)
        {
            return new CreateGroupResult.Refused(refusal);
        }

        if (!IsThere())
        {
            // Everything that may fail is asked before anything is written, so it is created at once or not at all.
            var (added, unknown) = await FindTopicsAsync(topics, settings.Start, cancellationToken);
            if (unknown is not null)
            {
                return new CreateGroupResult.UnknownTopic(unknown);
            }

            if (!IsThere())
            {
                await CreateAsync(settings, added);
                return new CreateGroupResult.Created(Describe());
            }
        }

        ThrowIfDeleting();
        var there = Describe();
        await KeptAsync();
        return new CreateGroupResult.Exists(there);
    }

    /// <inheritdoc cref="IGroupAdminVerbs.FindGroupAsync"/>
    public async ValueTask<GroupDescription?> DescribeAsync(CancellationToken cancellationToken)
    {
        if (!IsThere())
        {
            return null;
        }

        Tick();
        await RefreshTopicsAsync(cancellationToken);
        if (!IsThere())
        {
            return null;
        }

        // What is told is what was there before the wait, so all of it is kept after it.
        var description = Describe();
        await KeptAsync();
        return description;
    }

    /// <summary>
    /// Makes sure that this owner still is the owner. What a group answers that it need not write nothing else vouches for: that there is no
    /// such group, or that a member still is one.
    /// </summary>
    /// <exception cref="IOException">There is a later owner, or whether there is one cannot be told.</exception>
    public async ValueTask ConfirmAsync()
    {
        var asked = _clock.GetTimestamp();
        await _journal.ConfirmAsync();
        _confirmedAt = asked;
    }

    /// <inheritdoc cref="IGroupAdminVerbs.PauseGroupAsync"/>
    public ValueTask<bool> PauseAsync() => SetPausedAsync(new GroupEntry { Paused = true });

    /// <inheritdoc cref="IGroupAdminVerbs.ResumeGroupAsync"/>
    public ValueTask<bool> ResumeAsync()
    {
        CloseBreaker();
        return SetPausedAsync(new GroupEntry { Paused = false, Resumed = true });
    }

    /// <inheritdoc cref="IGroupAdminVerbs.DeleteGroupAsync"/>
    public async ValueTask<bool> DeleteAsync(CancellationToken cancellationToken)
    {
        if (!IsThere())
        {
            return false;
        }

        await DropAllAsync(cancellationToken);
        if (!IsThere())
        {
            return false;
        }

        _journal.GiveUp();
        IsDeleting = true;
        try
        {
            await _journal.DisposeAsync();
            await _store.DeleteAsync(LogOf(_name), cancellationToken);
        }
        finally
        {
            IsDeleting = false;
        }

        IsDeleted = true;
        WakeAll();
        return true;
    }

    /// <summary>When the group must act though nobody calls: one that is ephemeral is deleted some time after its last member, and a deletion that was cut short goes on. Null where it need not.</summary>
    public Timestamp? NextDuty
    {
        get
        {
            if (_state.IsDeleting && !IsLost)
            {
                return Timestamp.Now(_clock);
            }

            if (_state.Settings is not { Ephemeral: true } || IsLost)
            {
                return null;
            }

            // A member that dies in silence is noticed when its session is over.
            var empty = _state.EmptySince ?? Timestamp.Now(_clock).Plus(LongestSession());
            return empty.Plus(_options.EphemeralTime);
        }
    }

    /// <summary>Deletes an ephemeral group whose time is over, or goes on with a deletion; answers when to look again.</summary>
    public async ValueTask<Timestamp?> RunDutyAsync(CancellationToken cancellationToken)
    {
        Tick();
        await KeptAsync();
        if (NextDuty is { } due && due <= Timestamp.Now(_clock))
        {
            await DeleteAsync(cancellationToken);
        }

        return NextDuty;
    }

    /// <summary>Ends the waits of all members, for heartbeats and for messages, for good: they are answered at once.</summary>
    public void EndWaits()
    {
        if (!_ending.IsCancellationRequested)
        {
            _ending.Cancel();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        EndWaits();
        _journal.GiveUp();
        WakeAll();
        await _journal.DisposeAsync();
        _ending.Dispose();
    }

    private async ValueTask CreateAsync(GroupSettings settings, IReadOnlyList<TopicEntry> topics)
    {
        // The group is there with the last entry. What an earlier creation left that was cut short goes first.
        foreach (var left in _state.Topics.Values.ToList())
        {
            RemoveTopic(left);
        }

        AddTopics(topics);
        Change(new GroupEntry { Created = GroupSettingsFormat.Write(settings, Epoch), Generation = _state.Generation.Next().Value, EmptySince = Timestamp.Now(_clock).UnixMilliseconds });
        await KeptAsync();
    }

    private async ValueTask<bool> SetPausedAsync(GroupEntry entry)
    {
        if (!IsThere())
        {
            return false;
        }

        Change(entry);
        Announce(_state.Members.Keys);
        _wakes?.Revise();
        await KeptAsync();
        return true;
    }

    /// <summary>Whether there is such a group, as a call is told.</summary>
    /// <exception cref="IOException">It is not served here any more, so whether it is there cannot be told here.</exception>
    private bool IsThere() => IsLost && !IsDeleted ? throw _journal.GivenUp() : Exists;

    private GroupDescription Describe() => new(
        _name,
        _state.Settings!,
        _state.Generation,
        _state.IsPaused,
        [.. _state.Members.Values.Select(member => new MemberDescription(member.Id, member.Client, member.Topics, _sessions[member.Id].LastSeen))],
        [.. _state.Partitions.Select(partition => new GroupPartition(partition.Topic.Name, partition.Position, partition.Owner, partition.Stopped, partition.Gaps))])
    {
        PausedUntil = BreakerUntil,
    };

    /// <inheritdoc cref="OwnedJournal.Change"/>
    private void Change(GroupEntry entry)
    {
        if (!IsLost)
        {
            _journal.Change(GroupState.Write(entry));
        }
    }

    /// <summary>Waits until what a refusal rests on is kept: a member that was replaced ends for good, which a later owner must see as well.</summary>
    private ValueTask KeptIfThereAsync() => Exists ? KeptAsync() : default;

    /// <inheritdoc cref="OwnedJournal.KeptAsync"/>
    private ValueTask KeptAsync() => _journal.KeptAsync();
}
