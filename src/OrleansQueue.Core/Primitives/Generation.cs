namespace OrleansQueue;

/// <summary>
/// The number of a change of who reads what in a consumer group. It rises with each change and never falls, also when the
/// group's owner starts again, so a commit that names an older one than its partition was assigned in can be refused.
/// </summary>
/// <param name="Value">Counted from 1; <see cref="None"/> is 0.</param>
public readonly record struct Generation(long Value) : IComparable<Generation>
{
    /// <summary>No generation: that of a member that got no assignment yet.</summary>
    public static Generation None => default;

    /// <summary>The one that comes after this one.</summary>
    public Generation Next() => new(checked(Value + 1));

    /// <inheritdoc/>
    public int CompareTo(Generation other) => Value.CompareTo(other.Value);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Generation left, Generation right) => left.Value < right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Generation left, Generation right) => left.Value > right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Generation left, Generation right) => left.Value <= right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Generation left, Generation right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
