using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Formats;

/// <summary>
/// Keeps the level of the formats that a cluster writes. Every silo tells what it knows before it takes part and hears the level; one that does not know it
/// must not take part. It is raised when it is asked for, to the highest level that every silo knows.
/// <para>After a call that threw it is thrown away and opened again from its journal; what silos told of themselves they tell again.</para>
/// </summary>
internal sealed class FormatKeeper : IAsyncDisposable
{
    /// <summary>A silo tells what it knows again after this time.</summary>
    public static readonly TimeSpan AnnounceEvery = TimeSpan.FromSeconds(5);

    // Longer than a silo takes from its first word to where all others see that it is there.
    private static readonly TimeSpan Joining = TimeSpan.FromMinutes(1);

    private static readonly LogId Log = LogId.Parse("format");

    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly FormatState _state;
    private readonly OwnedJournal _journal;
    private readonly TimeProvider _clock;

    private FormatKeeper(FormatState state, Journal journal, TimeProvider clock)
    {
        _state = state;
        _journal = new OwnedJournal(journal, "The level of formats");
        _clock = clock;
    }

    /// <summary>Whether it must be thrown away.</summary>
    public bool IsLost => _journal.IsLost;

    /// <summary>Opens the level of a store.</summary>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<FormatKeeper> OpenAsync(ILogStore store, TimeProvider clock, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new FormatState(store.CreatedAt);
        var options = new JournalOptions { Level = FormatLevel.First };
        var journal = await Journal.OpenAsync(store, Log, state, options, cancellationToken).ToldToAsync(events, Log, static opened => opened.Tail);
        return new FormatKeeper(state, journal, clock);
    }

    /// <summary>A silo tells what it knows.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="silos">The silos that there are, of which it may not be one yet.</param>
    /// <returns>The level that the cluster writes, which the silo has to know.</returns>
    /// <exception cref="IOException">There is a later keeper, which alone can tell the level.</exception>
    public async ValueTask<FormatLevel> AnnounceAsync(SiloFormats silo, IReadOnlyCollection<KnownSilo> silos)
    {
        // Told before the level is looked at: of this and a raise that goes on meanwhile, one sees the other.
        _told[silo.Silo.Address] = new Told(silo, _clock.GetTimestamp(), IsIn(silos, silo.Silo.Address));
        await _journal.KeptAsync();
        await _journal.ConfirmAsync();
        return _state.Level;
    }

    /// <summary>Tells what the cluster is.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="storeName">What people know that by.</param>
    /// <param name="silos">The silos that there are.</param>
    public async ValueTask<ClusterDescription> DescribeAsync(StoreId store, string storeName, IReadOnlyCollection<KnownSilo> silos)
    {
        await _journal.KeptAsync();
        await _journal.ConfirmAsync();
        return new ClusterDescription(store, storeName, _state.Level, SilosOf(silos));
    }

    /// <inheritdoc cref="IClusterVerbs.RaiseFormatAsync"/>
    /// <param name="silos">The silos that there are, whatever they are about to do.</param>
    public async ValueTask<RaiseFormatResult> RaiseAsync(IReadOnlyCollection<KnownSilo> silos)
    {
        var (from, told) = (_state.Level, SilosOf(silos));
        var holding = told.Where(silo => silo.Newest is null || silo.Newest <= from).ToList();
        if (holding.Count != 0)
        {
            return holding.Count == told.Count && holding.TrueForAll(static silo => silo.Newest is not null)
                ? new RaiseFormatResult.Newest(from)
                : new RaiseFormatResult.HeldBack(from, holding);
        }

        var to = told.Min(static silo => silo.Newest!.Value);
        _journal.Change(FormatState.EntryOf(to));
        await _journal.KeptAsync();
        return new RaiseFormatResult.Raised(from, to);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    /// <summary>The silos that there are, and those that told something and may be about to join.</summary>
    private List<SiloDescription> SilosOf(IReadOnlyCollection<KnownSilo> silos)
    {
        foreach (var (address, told) in _told.ToList())
        {
            if (IsIn(silos, address))
            {
                _told[address] = told with { WasThere = true };
            }
            else if (told.WasThere || _clock.GetElapsedTime(told.At) > Joining)
            {
                _told.Remove(address);
            }
        }

        return [.. silos.Where(silo => !_told.ContainsKey(silo.Address)).Select(static silo => silo.Describe())
            .Concat(_told.Values.Select(static told => told.Silo.Describe()))
            .OrderBy(static silo => silo.Name, StringComparer.Ordinal).ThenBy(static silo => silo.Address, StringComparer.Ordinal)];
    }

    private static bool IsIn(IReadOnlyCollection<KnownSilo> silos, string address) => silos.Any(silo => silo.Address == address);

    /// <summary>What a silo told, when, and whether it was in the cluster since.</summary>
    private sealed record Told(SiloFormats Silo, long At, bool WasThere);
}
