namespace OrleansQueue.Log;

/// <summary>
/// Which epoch wrote from which offset on. It answers whether a log holds the pair of epoch and offset that a position names
/// (Kafka's leader epoch cache, KIP-320).
/// </summary>
internal sealed class EpochHistory
{
    private readonly List<(Epoch Epoch, Offset Start)> _entries = [];

    public IReadOnlyList<(Epoch Epoch, Offset Start)> Entries => _entries;

    /// <summary>The epoch of the last batch, or <see cref="Epoch.None"/>.</summary>
    public Epoch Latest => _entries.Count == 0 ? Epoch.None : _entries[^1].Epoch;

    /// <summary>A batch of that epoch begins there.</summary>
    public void Add(Epoch epoch, Offset start)
    {
        if (epoch > Latest)
        {
            _entries.Add((epoch, start));
        }
    }

    /// <summary>The epoch that wrote at an offset of the log, or <see cref="Epoch.None"/> where that is not remembered.</summary>
    public Epoch At(Offset offset)
    {
        var last = _entries.FindLastIndex(entry => entry.Start <= offset);
        return last < 0 ? Epoch.None : _entries[last].Epoch;
    }

    /// <summary>Where an epoch, or the last one before it, ends: where the next one starts, or at the end of the log.</summary>
    public Offset EndOf(Epoch epoch, Offset logEnd)
    {
        var next = _entries.FindIndex(entry => entry.Epoch > epoch);
        return next < 0 ? logEnd : _entries[next].Start;
    }

    /// <summary>Puts what was known of earlier segments before what is known of later ones.</summary>
    public void AddOlder(EpochHistory older)
    {
        _entries.RemoveAll(entry => entry.Epoch <= older.Latest);
        _entries.InsertRange(0, older._entries);
    }

    /// <summary>Forgets the epochs before that of the last record before an offset, which whoever begins to read there names.</summary>
    public void Trim(Offset logStart)
    {
        while (_entries.Count > 1 && _entries[1].Start < logStart)
        {
            _entries.RemoveAt(0);
        }
    }

    /// <summary>
    /// Checks a reader that read a record of <paramref name="epoch"/> and goes on at <paramref name="offset"/>: null where this
    /// log holds what it read, else the last offset up to which reader and log agree.
    /// </summary>
    public Offset? FindDivergence(Epoch epoch, Offset offset, Offset logEnd)
    {
        if (epoch == Epoch.None)
        {
            return null;
        }

        var next = _entries.FindIndex(entry => entry.Epoch > epoch);
        var end = EndOf(epoch, logEnd);

        // An epoch before the first that is remembered was deleted with its records: up to where the first starts nothing speaks against it.
        var known = next == 0 || (next < 0 ? _entries.Count > 0 && _entries[^1].Epoch == epoch : _entries[next - 1].Epoch == epoch);
        return known && offset <= end ? null : Offset.Min(offset, end);
    }
}
