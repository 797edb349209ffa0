using System.Buffers.Binary;

namespace OrleansQueue.Batches;

/// <summary>The 61 bytes at the front of a batch, read into their meanings. Nothing is checked here.</summary>
public readonly record struct RecordBatchHeader
{
    /// <summary>Bytes of a batch before its first record.</summary>
    public const int Size = BatchLayout.HeaderSize;

    /// <summary>The offset of the first record.</summary>
    public Offset BaseOffset { get; init; }

    /// <summary>Bytes of the batch in all, header included; it may lie in a batch that was not checked.</summary>
    public long SizeInBytes { get; init; }

    /// <summary>The epoch of the owner that appended the batch.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>The version of the format.</summary>
    public byte Magic { get; init; }

    /// <summary>CRC-32C from the attributes to the end of the batch.</summary>
    public uint Crc { get; init; }

    /// <summary>Compression, timestamp kind and the other flags.</summary>
    public BatchAttributes Attributes { get; init; }

    /// <summary>The offset of the last record, less the base offset.</summary>
    public int LastOffsetDelta { get; init; }

    /// <summary>The timestamp that the records' deltas count from.</summary>
    public Timestamp BaseTimestamp { get; init; }

    /// <summary>The latest timestamp of a record, or the time of the append.</summary>
    public Timestamp MaxTimestamp { get; init; }

    /// <summary>Who made the batch.</summary>
    public ProducerStamp Producer { get; init; }

    /// <summary>How many records the batch holds.</summary>
    public int RecordCount { get; init; }

    /// <summary>The offset of the last record.</summary>
    public Offset LastOffset => BaseOffset.Plus(LastOffsetDelta);

    /// <summary>The offset that the next batch begins with where no record was removed.</summary>
    public Offset NextOffset => BaseOffset.Plus(LastOffsetDelta + 1L);

    /// <summary>Reads the header at the front of <paramref name="batch"/>, which holds at least <see cref="Size"/> bytes.</summary>
    public static RecordBatchHeader Read(ReadOnlySpan<byte> batch) => new()
    {
        BaseOffset = new(BinaryPrimitives.ReadInt64BigEndian(batch[BatchLayout.BaseOffset..])),
        SizeInBytes = (long)BinaryPrimitives.ReadInt32BigEndian(batch[BatchLayout.Length..]) + BatchLayout.LengthOverhead,
        Epoch = new(BinaryPrimitives.ReadInt32BigEndian(batch[BatchLayout.Epoch..])),
        Magic = batch[BatchLayout.Magic],
        Crc = BinaryPrimitives.ReadUInt32BigEndian(batch[BatchLayout.Crc..]),
        Attributes = new(BinaryPrimitives.ReadInt16BigEndian(batch[BatchLayout.Attributes..])),
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(batch[BatchLayout.LastOffsetDelta..]),
        BaseTimestamp = new(BinaryPrimitives.ReadInt64BigEndian(batch[BatchLayout.BaseTimestamp..])),
        MaxTimestamp = new(BinaryPrimitives.ReadInt64BigEndian(batch[BatchLayout.MaxTimestamp..])),
        Producer = new(
            new(BinaryPrimitives.ReadInt64BigEndian(batch[BatchLayout.ProducerId..])),
            new(BinaryPrimitives.ReadInt16BigEndian(batch[BatchLayout.ProducerEpoch..])),
            new(BinaryPrimitives.ReadInt32BigEndian(batch[BatchLayout.BaseSequence..]))),
        RecordCount = BinaryPrimitives.ReadInt32BigEndian(batch[BatchLayout.RecordCount..]),
    };

    /// <summary>Writes the header to the front of a whole batch, with the CRC over what the batch holds then.</summary>
    internal void Seal(Span<byte> batch)
    {
        Write(batch);
        BinaryPrimitives.WriteUInt32BigEndian(batch[BatchLayout.Crc..], Crc32C.Compute(batch[BatchLayout.Attributes..]));
    }

    /// <summary>Writes the header to the front of <paramref name="batch"/>, its CRC as it stands.</summary>
    internal void Write(Span<byte> batch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseOffset..], BaseOffset.Value);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.Length..], checked((int)(SizeInBytes - BatchLayout.LengthOverhead)));
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.Epoch..], Epoch.Value);
        batch[BatchLayout.Magic] = Magic;
        BinaryPrimitives.WriteUInt32BigEndian(batch[BatchLayout.Crc..], Crc);
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchLayout.Attributes..], Attributes.Bits);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.LastOffsetDelta..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.BaseTimestamp..], BaseTimestamp.UnixMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.MaxTimestamp..], MaxTimestamp.UnixMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(batch[BatchLayout.ProducerId..], Producer.Id.Value);
        BinaryPrimitives.WriteInt16BigEndian(batch[BatchLayout.ProducerEpoch..], Producer.Epoch.Value);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.BaseSequence..], Producer.First.Value);
        BinaryPrimitives.WriteInt32BigEndian(batch[BatchLayout.RecordCount..], RecordCount);
    }
}
