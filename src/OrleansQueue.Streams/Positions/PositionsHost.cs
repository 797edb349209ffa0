using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Streams.Positions;

/// <summary>The positions of one partition and who may change them. After a call that threw it is thrown away, and opened again from its journal.</summary>
internal sealed class PositionsHost : IAsyncDisposable
{
    // An owner that lost its silo is known to be gone; one that lives gives up in less. This is for what nobody thought of.
    private static readonly TimeSpan LongestWaitForOwner = TimeSpan.FromSeconds(10);

    private readonly PositionsState _state;
    private readonly OwnedJournal _journal;
    private readonly TimeProvider _clock;
    private (Guid Id, SiloAddress Silo)? _owner;
    private (Guid Id, long Since)? _waiting;

    private PositionsHost(PositionsState state, Journal journal, LogId log, TimeProvider clock) =>
        (_state, _journal, _clock) = (state, new OwnedJournal(journal, $"Journal {log}"), clock);

    /// <summary>Opens them.</summary>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<PositionsHost> OpenAsync(ISiloParts silo, PositionsKey key, TimeProvider clock, CancellationToken cancellationToken)
    {
        var state = new PositionsState();
        var journal = await Journal.OpenAsync(silo.Logs, key.Log, state, new JournalOptions(), cancellationToken).ToldToAsync(silo.Events, key.Log, static opened => opened.Tail);
        return new PositionsHost(state, journal, key.Log, clock);
    }

    /// <summary>Makes somebody the owner; null where another one may still be at work.</summary>
    /// <param name="id">Who wants to be.</param>
    /// <param name="silo">Its silo.</param>
    /// <param name="isActive">Whether a silo is alive.</param>
    public async ValueTask<KeptPositions?> AttachAsync(Guid id, SiloAddress silo, Func<SiloAddress, bool> isActive)
    {
        if (_owner is { } owner && owner.Id != id && isActive(owner.Silo) && !HasWaited(id))
        {
            return null;
        }

        (_owner, _waiting) = ((id, silo), null);
        await _journal.KeptAsync();
        return _state.ToKept();
    }

    /// <summary>Keeps a change; false where another one is the owner.</summary>
    public async ValueTask<bool> CommitAsync(Guid id, SiloAddress silo, long frontier, Epoch epoch, PositionChanges changes)
    {
        // Nobody knows the owner after a silo was lost; who commits was it.
        _owner ??= (id, silo);
        if (_owner.Value.Id != id)
        {
            return false;
        }

        foreach (var entry in _state.EntriesOf(frontier, epoch, changes))
        {
            _journal.Add(entry.Span);
        }

        await _journal.KeptAsync();
        return true;
    }

    /// <summary>An owner gives up.</summary>
    public void Release(Guid id)
    {
        if (_owner?.Id == id)
        {
            _owner = null;
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private bool HasWaited(Guid id)
    {
        if (_waiting is not { } waiting || waiting.Id != id)
        {
            _waiting = (id, _clock.GetTimestamp());
            return false;
        }

        return _clock.GetElapsedTime(waiting.Since) >= LongestWaitForOwner;
    }
}
