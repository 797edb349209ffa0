using System.Buffers.Binary;
using System.IO.Compression;
using OrleansQueue.Batches;

namespace OrleansQueue.BrokerSpecs;

/// <summary>
/// Writes the batches that no honest producer would. All of them carry the CRC that their bytes give, because a door that
/// trusts a right CRC is what a hostile producer hopes for.
/// </summary>
internal static class Forge
{
    /// <summary>A copy of a batch after a change, under a CRC made anew.</summary>
    public static byte[] With(this ReadOnlyMemory<byte> batch, Action<byte[]> change)
    {
        var copy = batch.ToArray();
        change(copy);
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(BatchLayout.Crc), Crc32C.Compute(copy.AsSpan(BatchLayout.Attributes)));
        return copy;
    }

    public static byte[] WithInt16(this ReadOnlyMemory<byte> batch, int at, short value) => batch.With(b => BinaryPrimitives.WriteInt16BigEndian(b.AsSpan(at), value));

    public static byte[] WithInt32(this ReadOnlyMemory<byte> batch, int at, int value) => batch.With(b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(at), value));

    public static byte[] WithInt64(this ReadOnlyMemory<byte> batch, int at, long value) => batch.With(b => BinaryPrimitives.WriteInt64BigEndian(b.AsSpan(at), value));

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
        return new ReadOnlyMemory<byte>(batch).With(_ => { });
    }

    /// <summary>A record at this offset delta with a value and no key, as its fields are given.</summary>
    public static byte[] Record(int offsetDelta, byte[] value, byte[]? headers = null, int headerCount = 0)
    {
        byte[] body = [0, .. Number(0), .. Number(offsetDelta), .. Number(-1), .. Number(value.Length), .. value, .. Number(headerCount), .. headers ?? []];
        return [.. Number(body.Length), .. body];
    }

    /// <summary>A varint as records hold it.</summary>
    public static byte[] Number(long value)
    {
        var to = new byte[VarInt.MaxBytes64];
        return to[..VarInt.Write(to, value)];
    }

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
