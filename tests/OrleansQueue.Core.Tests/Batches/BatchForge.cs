using System.Buffers.Binary;
using System.IO.Compression;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>
/// Writes the batches that the builder never would. All of them carry the CRC that their bytes give, because a door that
/// trusts a right CRC is what a hostile producer hopes for.
/// </summary>
internal static class BatchForge
{
    public static byte[] WithByte(this byte[] batch, int at, byte value) => batch.With(b => b[at] = value);

    public static byte[] WithInt16(this byte[] batch, int at, short value) =>
        batch.With(b => BinaryPrimitives.WriteInt16BigEndian(b.AsSpan(at), value));

    public static byte[] WithInt32(this byte[] batch, int at, int value) =>
        batch.With(b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(at), value));

    public static byte[] WithInt64(this byte[] batch, int at, long value) =>
        batch.With(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(at), value));

    /// <summary>A copy of the batch after a change, under a CRC made anew.</summary>
    public static byte[] With(this byte[] batch, Action<byte[]> change)
    {
        var copy = batch.ToArray();
        change(copy);
        var crc = ReferenceCrc32C.ComputeByTable(copy.AsSpan(BatchLayout.Attributes));
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(BatchLayout.Crc), crc);
        return copy;
    }

    /// <summary>A batch whose header says <paramref name="count"/> records and behind which any bytes lie.</summary>
    public static byte[] FromBytes(int count, BatchCompression compression, byte[] stored)
    {
        var header = new RecordBatchHeader
        {
            SizeInBytes = RecordBatchHeader.Size + stored.Length,
            Epoch = Epoch.None,
            Magic = BatchLayout.CurrentMagic,
            Attributes = new((short)compression),
            LastOffsetDelta = count - 1,
            Producer = ProducerStamp.None,
            RecordCount = count,
        };
        var batch = new byte[RecordBatchHeader.Size + stored.Length];
        header.Write(batch);
        stored.CopyTo(batch, RecordBatchHeader.Size);
        return batch.With(_ => { });
    }

    /// <summary>An uncompressed batch of records written by hand.</summary>
    public static byte[] FromRecords(params byte[][] records) => FromBytes(records.Length, BatchCompression.None, Join(records));

    /// <summary>A record of these parts under its right length.</summary>
    public static byte[] Record(params byte[][] parts)
    {
        var body = Join(parts);
        return [.. Number(body.Length), .. body];
    }

    /// <summary>Record attributes, timestamp delta 0 and this offset delta: what comes before the key.</summary>
    public static byte[] Front(int offsetDelta = 0) => [0, .. Number(0), .. Number(offsetDelta)];

    /// <summary>A length and as many bytes.</summary>
    public static byte[] Sized(byte[] bytes) => [.. Number(bytes.Length), .. bytes];

    /// <summary>A varint as records hold it.</summary>
    public static byte[] Number(long value)
    {
        var to = new byte[VarInt.MaxBytes64];
        return to[..VarInt.Write(to, value)];
    }

    /// <summary>The length that stands for null.</summary>
    public static byte[] Null() => Number(-1);

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Gzip(byte[] bytes)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return to.ToArray();
    }
}
