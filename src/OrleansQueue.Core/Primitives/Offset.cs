namespace OrleansQueue;

/// <summary>
/// The number of a record in its partition. The first record of a partition has offset 0; offsets rise but may have gaps
/// (markers, removed records), so the distance between two of them is not a count of records.
/// </summary>
/// <param name="Value">The number, never negative.</param>
public readonly record struct Offset(long Value) : IComparable<Offset>
{
    /// <summary>The offset of the first record of a partition.</summary>
    public static Offset Zero => default;

    /// <summary>The offset <paramref name="distance"/> places after this one.</summary>
    public Offset Plus(long distance) => new(checked(Value + distance));

    /// <summary>The larger of two offsets.</summary>
    public static Offset Max(Offset left, Offset right) => left >= right ? left : right;

    /// <summary>The smaller of two offsets.</summary>
    public static Offset Min(Offset left, Offset right) => left <= right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Offset other) => Value.CompareTo(other.Value);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Offset left, Offset right) => left.Value < right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Offset left, Offset right) => left.Value > right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Offset left, Offset right) => left.Value <= right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Offset left, Offset right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
