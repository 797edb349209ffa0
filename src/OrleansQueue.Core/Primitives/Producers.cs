namespace OrleansQueue;

/// <summary>The identity of an idempotent producer.</summary>
/// <param name="Value">The number; <see cref="None"/> is -1.</param>
public readonly record struct ProducerId(long Value)
{
    /// <summary>A batch without a producer: it is stored as often as it is sent.</summary>
    public static ProducerId None => new(-1);
}

/// <summary>The incarnation of a producer: a higher one fences the lower ones.</summary>
/// <param name="Value">The number; <see cref="None"/> is -1.</param>
public readonly record struct ProducerEpoch(short Value)
{
    /// <summary>The epoch of a batch without a producer.</summary>
    public static ProducerEpoch None => new(-1);
}

/// <summary>
/// The number of a record within its producer and partition. It counts from 0 and begins again at 0 after
/// <see cref="int.MaxValue"/>, as in Kafka.
/// </summary>
/// <param name="Value">The number; <see cref="None"/> is -1.</param>
public readonly record struct Sequence(int Value)
{
    /// <summary>The sequence of a batch without a producer.</summary>
    public static Sequence None => new(-1);

    /// <summary>The first sequence of a producer.</summary>
    public static Sequence Zero => default;

    /// <summary>The sequence <paramref name="count"/> records later; it wraps to 0 after <see cref="int.MaxValue"/>.</summary>
    public Sequence Plus(int count) => new((int)(((long)Value + count) & int.MaxValue));

    /// <summary>
    /// How many records this sequence lies after <paramref name="other"/>, on the shorter way round the ring of 2^31: negative
    /// when it lies before.
    /// </summary>
    public int DistanceFrom(Sequence other)
    {
        var forward = (int)(((long)Value - other.Value) & int.MaxValue);
        return forward < 1 << 30 ? forward : (int)(forward - (1L << 31));
    }
}

/// <summary>Who made a batch, and the sequence of its first record.</summary>
/// <param name="Id">The producer.</param>
/// <param name="Epoch">Its incarnation.</param>
/// <param name="First">The sequence of the batch's first record.</param>
public readonly record struct ProducerStamp(ProducerId Id, ProducerEpoch Epoch, Sequence First)
{
    /// <summary>The stamp of a batch without a producer.</summary>
    public static ProducerStamp None => new(ProducerId.None, ProducerEpoch.None, Sequence.None);

    /// <summary>Whether the batch has a producer, so that the log can tell a repetition.</summary>
    public bool IsIdempotent => Id != ProducerId.None;
}
