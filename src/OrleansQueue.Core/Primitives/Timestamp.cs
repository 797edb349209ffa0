namespace OrleansQueue;

/// <summary>A point in time as record batches store it: milliseconds since 1970-01-01 UTC.</summary>
/// <param name="UnixMilliseconds">Milliseconds since the Unix epoch; negative before it.</param>
public readonly record struct Timestamp(long UnixMilliseconds) : IComparable<Timestamp>
{
    /// <summary>The time that <paramref name="clock"/> shows now.</summary>
    public static Timestamp Now(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new(clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>This time moved by <paramref name="span"/>, held within what the format can store.</summary>
    public Timestamp Plus(TimeSpan span)
    {
        var moved = (Int128)UnixMilliseconds + (Int128)span.TotalMilliseconds;
        return new((long)Int128.Clamp(moved, long.MinValue, long.MaxValue));
    }

    /// <summary>The later of two times.</summary>
    public static Timestamp Max(Timestamp left, Timestamp right) => left >= right ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Timestamp left, Timestamp right) => left.UnixMilliseconds < right.UnixMilliseconds;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Timestamp left, Timestamp right) => left.UnixMilliseconds > right.UnixMilliseconds;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixMilliseconds <= right.UnixMilliseconds;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixMilliseconds >= right.UnixMilliseconds;
}
