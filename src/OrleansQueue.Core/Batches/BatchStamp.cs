using System.Buffers.Binary;

namespace OrleansQueue.Batches;

/// <summary>
/// Writes the broker's part into a copy of a batch's header: base offset, epoch and, where the topic takes the silo's time,
/// that time. The records stay where they are and as they came; the CRC follows from the changed bytes alone.
/// </summary>
internal static class BatchStamp
{
    // Attributes to max timestamp: every byte under the CRC that the broker may change lies in this span.
    private const int ChangedFrom = BatchLayout.Attributes;
    private const int ChangedTo = BatchLayout.ProducerId;

    /// <summary>Writes who made it into a batch of the broker's own.</summary>
    /// <returns>The batch.</returns>
    public static ReadOnlyMemory<byte> Of(ProducerStamp producer, byte[] batch)
    {
        (RecordBatchHeader.Read(batch) with { Producer = producer }).Seal(batch);
        return batch;
    }

    /// <summary>Copies the header of <paramref name="batch"/> to <paramref name="header"/> and stamps the copy.</summary>
    /// <param name="batch">The batch as it came, which stays untouched.</param>
    /// <param name="header">Room for the 61 bytes of the header.</param>
    /// <param name="baseOffset">The offset of the first record.</param>
    /// <param name="epoch">The owner's epoch.</param>
    /// <param name="appendTime">The silo's time, or null where the producer's timestamps stay.</param>
    public static void Apply(ReadOnlySpan<byte> batch, Span<byte> header, Offset baseOffset, Epoch epoch, Timestamp? appendTime)
    {
        batch[..BatchLayout.HeaderSize].CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header[BatchLayout.BaseOffset..], baseOffset.Value);
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLayout.Epoch..], epoch.Value);
        if (appendTime is { } time)
        {
            var attributes = new BatchAttributes(BinaryPrimitives.ReadInt16BigEndian(header[BatchLayout.Attributes..])).WithAppendTime();
            BinaryPrimitives.WriteInt16BigEndian(header[BatchLayout.Attributes..], attributes.Bits);
            BinaryPrimitives.WriteInt64BigEndian(header[BatchLayout.MaxTimestamp..], time.UnixMilliseconds);
            var crc = Crc32C.Replace(
                BinaryPrimitives.ReadUInt32BigEndian(header[BatchLayout.Crc..]),
                batch[ChangedFrom..ChangedTo],
                header[ChangedFrom..ChangedTo],
                batch.Length - ChangedTo);
            BinaryPrimitives.WriteUInt32BigEndian(header[BatchLayout.Crc..], crc);
        }
    }
}
