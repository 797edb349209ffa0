using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Duties;

/// <summary>Calls whoever has a duty.</summary>
internal interface IDutyHolders
{
    /// <summary>Lets a holder do what is due, and answers when it must act next; null where it has nothing more to do.</summary>
    ValueTask<Timestamp?> RunAsync(string holder);
}

/// <summary>
/// One shard of the index of duties. Who must act without being called, such as a partition whose records will be past their
/// retention, leaves its name and a time here, and is called when the time has come, after a restart too.
/// <para>After a call that threw it is thrown away and opened again from its journal.</para>
/// </summary>
internal sealed class DutyIndex : IAsyncDisposable
{
    /// <summary>How many shards there are. It is part of the stored form: a holder's shard follows from its name.</summary>
    public const int Shards = 16;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly DutyIndexState _state;
    private readonly Journal _journal;
    private readonly IDutyHolders _holders;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, Failure> _failed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    private DutyIndex(DutyIndexState state, Journal journal, IDutyHolders holders, TimeProvider clock)
    {
        _state = state;
        _journal = journal;
        _holders = holders;
        _clock = clock;
    }

    /// <summary>The shard that a holder's name belongs to.</summary>
    public static int ShardOf(string holder) => (int)(Crc32C.Compute(Encoding.UTF8.GetBytes(holder)) % Shards);

    /// <summary>Opens a shard.</summary>
    /// <param name="store">Where its journal is.</param>
    /// <param name="shard">Its number.</param>
    /// <param name="holders">Calls who has a duty.</param>
    /// <param name="clock">The time.</param>
    /// <param name="events">Is told what recovery found.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<DutyIndex> OpenAsync(
        ILogStore store, int shard, IDutyHolders holders, TimeProvider clock, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new DutyIndexState();
        var log = LogId.Parse($"duties-{shard:D2}");
        var journal = await Journal.OpenAsync(store, log, state, new JournalOptions(), cancellationToken).ToldToAsync(events, log, static opened => opened.Tail);
        return new DutyIndex(state, journal, holders, clock);
    }

    /// <summary>When somebody is to be called next, which may be in the past; null where nobody has a duty that is not being done.</summary>
    public Timestamp? NextCall
    {
        get
        {
            Timestamp? next = null;
            foreach (var (due, holder) in _state.All.TakeWhile(duty => next is null || duty.Due < next))
            {
                var call = Timestamp.Max(due, _failed.GetValueOrDefault(holder)?.Until ?? due);
                next = _running.Contains(holder) || call >= next ? next : call;
            }

            return next;
        }
    }

    /// <summary>When a holder must act, or null.</summary>
    public Timestamp? DueOf(string holder) => _state.DueOf(holder);

    /// <summary>Sets when a holder must act, in place of what was set before; null takes its duty away. It is kept when this answers.</summary>
    public async ValueTask SetAsync(string holder, Timestamp? due)
    {
        _failed.Remove(holder);
        var outcome = _state.DueOf(holder) == due ? await _journal.WhenDurable() : await _journal.AppendAsync(DutyIndexState.EntryOf(holder, due));
        if (outcome != StoreOutcome.Done)
        {
            throw new IOException($"The index of duties could not be written: {outcome}.");
        }
    }

    /// <summary>Calls everybody whose time has come, <paramref name="most"/> at a time. One who fails is called again after a while, 1 s to 1 min.</summary>
    /// <returns>What failed, by holder.</returns>
    public async ValueTask<IReadOnlyList<(string Holder, Exception Error)>> RunDueAsync(int most)
    {
        var now = Timestamp.Now(_clock);
        var due = _state.DueAt(now).Where(duty => !_running.Contains(duty.Holder) && !(_failed.GetValueOrDefault(duty.Holder)?.Until > now)).Take(most).ToList();
        var failures = await Task.WhenAll(due.Select(duty => RunAsync(duty.Holder, duty.Due)));
        return [.. failures.OfType<(string, Exception)>()];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private async Task<(string Holder, Exception Error)?> RunAsync(string holder, Timestamp due)
    {
        Timestamp? next;
        _running.Add(holder);
        try
        {
            next = await _holders.RunAsync(holder);
        }
        catch (Exception error)
        {
            var wait = _failed.GetValueOrDefault(holder) is { } before ? before.Wait * 2 : FirstRetry;
            wait = wait < LongestRetry ? wait : LongestRetry;
            _failed[holder] = new Failure(Timestamp.Now(_clock).Plus(wait), wait);
            return (holder, error);
        }
        finally
        {
            _running.Remove(holder);
        }

        // The holder may have set another time while it ran, which then counts. A journal that cannot be written is no fault of
        // the holder's: it is thrown, so that the index is opened again.
        if (_state.DueOf(holder) == due)
        {
            await SetAsync(holder, next);
        }

        return null;
    }

    private sealed record Failure(Timestamp Until, TimeSpan Wait);
}
