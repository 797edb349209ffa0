namespace OrleansQueue;

/// <summary>
/// The fencing number of a log's owner. Each opening for writing gets a higher one than every opening before it; a batch
/// carries the epoch under which it was appended, in the field that Kafka calls partitionLeaderEpoch.
/// </summary>
/// <param name="Value">The number; <see cref="None"/> is -1.</param>
public readonly record struct Epoch(int Value) : IComparable<Epoch>
{
    /// <summary>No epoch: the position of a reader that has read nothing yet.</summary>
    public static Epoch None => new(-1);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
