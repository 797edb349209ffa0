using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Placement;

/// <summary>
/// Decides which silo each partition falls to: it stays where it is, and only what is too much for a silo moves when one comes or goes. It
/// is a hint for those who place partitions; who writes to a partition's log is decided at the log.
/// <para>After a call that threw it is thrown away and opened again from its journal.</para>
/// </summary>
internal sealed class PlacementMap : IAsyncDisposable
{
    // More than a silo misses between two times that it asks.
    private const int MostMoves = 10_000;

    private static readonly LogId Log = LogId.Parse("placement");

    private readonly PlacementState _state;
    private readonly OwnedJournal _journal;
    private readonly List<PlacementMove> _moves = [];
    private long _forgotten;

    private PlacementMap(PlacementState state, Journal journal) => (_state, _journal) = (state, new OwnedJournal(journal, "The map of partitions"));

    /// <summary>Whether it must be thrown away.</summary>
    public bool IsLost => _journal.IsLost;

    /// <summary>Which opening of the map counts the moves.</summary>
    public Epoch Epoch => _journal.Epoch;

    /// <summary>How many partitions came to a silo or moved since it was opened.</summary>
    public long Version => _forgotten + _moves.Count;

    /// <summary>Opens the map.</summary>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<PlacementMap> OpenAsync(ILogStore store, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new PlacementState();
        var journal = await Journal.OpenAsync(store, Log, state, new JournalOptions(), cancellationToken).ToldToAsync(events, Log, static opened => opened.Tail);
        return new PlacementMap(state, journal);
    }

    /// <summary>The silos that partitions fall to; those that fall to none yet, or to one that is not there, get one now.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="silos">The silos that there are; not none.</param>
    public async ValueTask<IReadOnlyList<string>> PlaceAsync(IReadOnlyList<TopicPartition> partitions, IReadOnlyCollection<string> silos)
    {
        var loads = new SiloLoads(silos, _state);
        var homeless = partitions.Where(partition => _state.Find(partition) is not { } silo || !loads.Has(silo)).Distinct();
        Move(homeless.Select(partition => new PlacementMove(partition, loads.TakeLeast())));
        await _journal.KeptAsync();
        return [.. partitions.Select(partition => _state.Find(partition) ?? throw _journal.GivenUp())];
    }

    /// <summary>
    /// Brings the partitions of silos that are gone to others, and as much to each one that came that no silo has more than a tenth over the
    /// mean; nothing else moves.
    /// </summary>
    /// <param name="silos">The silos that there are; not none.</param>
    public async ValueTask BalanceAsync(IReadOnlyCollection<string> silos)
    {
        var loads = new SiloLoads(silos, _state);
        var homeless = PlacementState.Shuffled(_state.Silos.Where(silo => !loads.Has(silo)).SelectMany(silo => _state.Of(silo))).ToList();
        var moves = homeless.ConvertAll(partition => new PlacementMove(partition, loads.TakeLeast()));
        var most = SiloLoads.MostOf(_state.Count, silos.Count);
        foreach (var silo in silos.Order(StringComparer.Ordinal))
        {
            // What just came has no silo to be taken from, and never makes one too full.
            var excess = loads.Of(silo) - most;
            if (excess > 0)
            {
                moves.AddRange(PlacementState.Shuffled(_state.Of(silo)).Take(excess).Select(partition => new PlacementMove(partition, loads.MoveFrom(silo))));
            }
        }

        Move(moves);
        await _journal.KeptAsync();
    }

    /// <summary>Partitions of a topic that is deleted fall to no silo any more.</summary>
    public async ValueTask ForgetAsync(TopicId topic)
    {
        Change("", [.. _state.Of(topic)]);
        await _journal.KeptAsync();
    }

    /// <summary>What came to a silo or moved since a version, the last one last; null where that is not known any more and everything must be asked for anew.</summary>
    public IReadOnlyList<PlacementMove>? MovesSince(Epoch epoch, long version) =>
        epoch == Epoch && version >= _forgotten && version <= Version ? _moves[(int)(version - _forgotten)..] : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private void Move(IEnumerable<PlacementMove> moves)
    {
        foreach (var silo in moves.ToList().GroupBy(move => move.Silo, StringComparer.Ordinal))
        {
            Change(silo.Key, [.. silo.Select(move => move.Partition)]);
            _moves.AddRange(silo);
        }

        if (_moves.Count > MostMoves)
        {
            _forgotten += _moves.Count - MostMoves;
            _moves.RemoveRange(0, _moves.Count - MostMoves);
        }
    }

    private void Change(string silo, List<TopicPartition> partitions)
    {
        foreach (var entry in PlacementState.EntriesOf(silo, partitions))
        {
            _journal.Change(entry);
        }
    }
}

/// <summary>A partition falls to a silo from now on.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Silo">The silo's name.</param>
internal readonly record struct PlacementMove(TopicPartition Partition, string Silo);
