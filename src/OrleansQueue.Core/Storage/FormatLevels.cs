namespace OrleansQueue.Storage;

/// <summary>
/// The levels of the formats that a silo reads, and the one that it writes now. What it writes at a lower level than it might, every later version
/// reads too; so it begins with the lowest, and goes up when it hears that its cluster did.
/// </summary>
/// <param name="range">What the silo reads and can write.</param>
/// <param name="current">What it writes at first.</param>
internal sealed class FormatLevels(FormatRange range, FormatLevel current)
{
    private volatile int _current = current.Value;

    /// <summary>Reads all that this version does and writes its newest, for who is alone with a store.</summary>
    public FormatLevels()
        : this(FormatRange.Own, FormatRange.Own.Newest)
    {
    }

    /// <summary>What is read.</summary>
    public FormatRange Range => range;

    /// <summary>What is written.</summary>
    public FormatLevel Current => new(_current);

    /// <summary>The level of what comes behind something: of this or, where that is higher, of that.</summary>
    public FormatLevel Behind(FormatLevel before) => before > Current ? before : Current;

    /// <summary>The cluster writes that level now. It never falls.</summary>
    /// <exception cref="FormatLevelException">This version does not know it.</exception>
    public void Raise(FormatLevel level)
    {
        Check("The cluster", level);
        _current = Math.Max(_current, level.Value);
    }

    /// <summary>Makes sure that something can be read.</summary>
    /// <exception cref="FormatLevelException">This version does not know its level.</exception>
    public void Check(string what, FormatLevel level)
    {
        if (!range.Has(level))
        {
            throw FormatLevelException.Of(what, level, range);
        }
    }
}
