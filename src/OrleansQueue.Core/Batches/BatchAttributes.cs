namespace OrleansQueue.Batches;

/// <summary>How the records of a batch are compressed; the numbers are Kafka's.</summary>
public enum BatchCompression
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>gzip (RFC 1952), the one codec that the broker opens.</summary>
    Gzip = 1,

    /// <summary>Snappy; carried through unopened where a topic accepts foreign codecs.</summary>
    Snappy = 2,

    /// <summary>LZ4; carried through unopened where a topic accepts foreign codecs.</summary>
    Lz4 = 3,

    /// <summary>Zstandard; carried through unopened where a topic accepts foreign codecs.</summary>
    Zstd = 4,
}

/// <summary>Whose clock the timestamps of a batch come from.</summary>
public enum TimestampKind
{
    /// <summary>The producer's, one per record.</summary>
    Create = 0,

    /// <summary>The silo's at the append, one for the batch: its max timestamp.</summary>
    Append = 1,
}

/// <summary>The attributes field of a batch, bit by bit as in Kafka.</summary>
/// <param name="Bits">The field as stored.</param>
public readonly record struct BatchAttributes(short Bits)
{
    private const short CompressionMask = 0x07;
    private const short AppendTimeBit = 0x08;
    private const short TransactionalBit = 0x10;
    private const short ControlBit = 0x20;
    private const short KnownBits = CompressionMask | AppendTimeBit | TransactionalBit | ControlBit;

    /// <summary>How the records are compressed; a number above <see cref="BatchCompression.Zstd"/> is no known codec.</summary>
    public BatchCompression Compression => (BatchCompression)(Bits & CompressionMask);

    /// <summary>Whose clock the timestamps come from.</summary>
    public TimestampKind TimestampKind => (Bits & AppendTimeBit) != 0 ? TimestampKind.Append : TimestampKind.Create;

    /// <summary>Whether the batch is part of a transaction.</summary>
    public bool IsTransactional => (Bits & TransactionalBit) != 0;

    /// <summary>Whether the batch holds markers instead of records.</summary>
    public bool IsControl => (Bits & ControlBit) != 0;

    /// <summary>Whether a bit is set that this version gives no meaning.</summary>
    public bool HasUnknownBits => (Bits & ~KnownBits) != 0;

    internal static BatchAttributes For(BatchCompression compression) => new((short)compression);

    internal BatchAttributes WithoutCompression() => new((short)(Bits & ~CompressionMask));

    internal BatchAttributes WithAppendTime() => new((short)(Bits | AppendTimeBit));
}
