using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Groups;

/// <summary>
/// Holds one group, which may or may not be there: opens it when it is first asked for, opens it again after a failure, and keeps
/// the index of groups and the duties in step with it. A name that no group has costs a look into the index and no journal.
/// <para>It belongs to one scheduler, as the group does. A shell, a grain or a test's broker, checks the name before it makes one.</para>
/// </summary>
internal sealed partial class GroupHost : IAsyncDisposable
{
    private readonly string _name;
    private readonly ILogStore _store;
    private readonly IGroupSurroundings _surroundings;
    private readonly IGroupRegistry _registry;
    private readonly GroupServerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;

    // Whatever makes the group be there or be gone goes one by one: the index must end up with what the journal says.
    private readonly SemaphoreSlim _changing = new(1, 1);

    private Task<GroupServer?>? _server;
    private Task _closing = Task.CompletedTask;
    private Timestamp? _duty;
    private volatile bool _waitsEnded;
    private bool _disposed;

    public GroupHost(
        string name, ILogStore store, IGroupSurroundings surroundings, IGroupRegistry registry, GroupServerOptions options, TimeProvider clock, ILogEvents events)
    {
        _name = name;
        _store = store;
        _surroundings = surroundings;
        _registry = registry;
        _options = options;
        _clock = clock;
        _events = events;
    }

    /// <summary>Whether another owner took the group, or its storage failed. The next call opens it again; a shell may rather leave and let that happen elsewhere.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Ends all waits of members, for heartbeats and for messages, for good. It may be called from any thread.</summary>
    public void EndWaits()
    {
        _waitsEnded = true;
        if (Volatile.Read(ref _server) is { IsCompletedSuccessfully: true, Result: { } server })
        {
            server.EndWaits();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        EndWaits();
        if (_server is { } opening)
        {
            await Waits.EndOfAsync(opening);
            if (opening is { IsCompletedSuccessfully: true, Result: { } server })
            {
                Close(server);
            }
        }

        await _closing;
    }

    /// <summary>Asks the group, or answers for it where there is none.</summary>
    private async ValueTask<T> AskAsync<T>(T absent, Func<GroupServer, ValueTask<T>> call)
    {
        if (await FindAsync(toCreate: false) is not { } server)
        {
            return absent;
        }

        var answer = await CallAsync(server, call);
        if (IsGone(server))
        {
            // The index names a group that is not there: its creation or deletion was cut short, or it was created by a later owner.
            await ChangeAsync(() => ForgetAsync(server));
        }

        return answer;
    }

    /// <summary>Asks the group, which the call may create. The index names it before it is there.</summary>
    private async ValueTask<T> CreateAsync<T>(GroupSettings settings, Func<GroupServer, ValueTask<T>> call)
    {
        if (await FindAsync(toCreate: true) is { Exists: true } there)
        {
            return await CallAsync(there, call);
        }

        T answer = default!;
        await ChangeAsync(async () =>
        {
            var server = (await FindAsync(toCreate: true))!;
            if (!server.Exists)
            {
                await _registry.PutAsync(new GroupSummary(_name, settings.Kind), server.Epoch);
                await (settings.Ephemeral ? SetDutyAsync(Timestamp.Now(_clock).Plus(_options.EphemeralTime)) : default);
            }

            answer = await CallAsync(server, call);
            await ForgetIfGoneAsync(server);
        });
        return answer;
    }

    private async ValueTask ChangeAsync(Func<ValueTask> change)
    {
        await _changing.WaitAsync();
        try
        {
            await change();
        }
        finally
        {
            _changing.Release();
        }
    }

    private static bool IsGone(GroupServer server) => server.IsDeleted || !(server.Exists || server.IsLost);

    private ValueTask ForgetIfGoneAsync(GroupServer server) => IsGone(server) ? ForgetAsync(server) : default;

    /// <summary>Takes a group that is not there from the index, unless it is by now.</summary>
    /// <exception cref="IOException">The group was let go meanwhile, so that nobody vouches for what it answered.</exception>
    private async ValueTask ForgetAsync(GroupServer server)
    {
        if (IsCurrent(server) && IsGone(server) && !server.IsDeleted)
        {
            await CallAsync(server, static async group =>
            {
                await group.ConfirmAsync();
                return true;
            });
        }

        if (IsCurrent(server) && IsGone(server))
        {
            await _registry.RemoveAsync(_name, server.Epoch);
            Close(server);
        }
        else if (!server.IsDeleted && !server.Exists)
        {
            throw new IOException($"Group {_name} was let go while it was asked.");
        }
    }

    private async ValueTask<T> CallAsync<T>(GroupServer server, Func<GroupServer, ValueTask<T>> call)
    {
        T answer;
        try
        {
            answer = await call(server);
        }
        catch (Exception error) when (error is not (OperationCanceledException or BrokerUnavailableException or ArgumentException))
        {
            // Its state may be ahead of its journal, from which the next call opens it; not while that is being deleted.
            if (!server.IsDeleting)
            {
                Lose(server);
            }

            throw;
        }

        if (server is { IsLost: true, IsDeleted: false, IsDeleting: false })
        {
            Lose(server);
        }
        else if (server.NextDuty is { } due)
        {
            await SetDutyAsync(due);
        }

        return answer;
    }

    /// <summary>Leaves word of when the group must act. A duty that comes earlier than needed finds out when it is next needed.</summary>
    private async ValueTask SetDutyAsync(Timestamp due)
    {
        if (_duty is { } set && set <= due)
        {
            return;
        }

        _duty = due;
        if (!await _registry.TrySetDutyAsync(_name, due))
        {
            _duty = null;
        }
    }
}
