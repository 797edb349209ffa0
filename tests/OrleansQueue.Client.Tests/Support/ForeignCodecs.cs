using System.Buffers.Binary;
using OrleansQueue.Batches;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Makes batches that nobody here can open.</summary>
internal static class ForeignCodecs
{
    /// <summary>Says in place that the records of a batch are in another codec, with the CRC of a batch that does.</summary>
    public static byte[] InCodec(this byte[] batch, BatchCompression codec)
    {
        batch[22] |= (byte)codec;
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));
        return batch;
    }
}
