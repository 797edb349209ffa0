namespace OrleansQueue;

/// <summary>
/// The level of the formats in which a cluster writes. Every log, journal and document carries the level that it was written at, and each version of
/// OrleansQueue reads and writes some levels. A cluster writes one that all its silos know; docs/formats/levels.md says what each brought.
/// </summary>
/// <param name="Value">The level, 1 or more.</param>
public readonly record struct FormatLevel(int Value) : IComparable<FormatLevel>
{
    /// <summary>The first level.</summary>
    public static FormatLevel First => new(1);

    /// <inheritdoc/>
    public int CompareTo(FormatLevel other) => Value.CompareTo(other.Value);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(FormatLevel left, FormatLevel right) => left.Value < right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(FormatLevel left, FormatLevel right) => left.Value > right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(FormatLevel left, FormatLevel right) => left.Value <= right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(FormatLevel left, FormatLevel right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>The levels that a version reads and can write.</summary>
/// <param name="Oldest">The lowest.</param>
/// <param name="Newest">The highest.</param>
internal readonly record struct FormatRange(FormatLevel Oldest, FormatLevel Newest)
{
    /// <summary>Those of this version.</summary>
    public static FormatRange Own { get; } = new(FormatLevel.First, new(2));

    /// <summary>Whether a level is one of them.</summary>
    public bool Has(FormatLevel level) => level >= Oldest && level <= Newest;

    /// <summary>As people read it.</summary>
    public override string ToString() => Oldest == Newest ? $"level {Oldest}" : $"levels {Oldest} to {Newest}";
}
