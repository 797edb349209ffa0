namespace OrleansQueue.Batches;

/// <summary>
/// The checks that hold for every batch, whoever wrote it and wherever it lies: its length, its version, its CRC and the
/// numbers of its header among each other.
/// </summary>
internal static class BatchEnvelope
{
    // Up to here the offset that follows the last one of the batch still fits a long, whatever the last offset delta.
    private const long MaxBaseOffset = long.MaxValue - int.MaxValue - 1L;

    /// <summary>Checks that <paramref name="batch"/> is one whole batch; returns what is wrong, or null.</summary>
    public static Refusal? Check(ReadOnlySpan<byte> batch, out RecordBatchHeader header)
    {
        header = default;
        if (batch.Length < RecordBatchHeader.Size)
        {
            return Refusal.Of("batch size", batch.Length, $"at least the {RecordBatchHeader.Size} bytes of a header");
        }

        header = RecordBatchHeader.Read(batch);
        if (header.SizeInBytes != batch.Length)
        {
            return Refusal.Of("batch length", header.SizeInBytes - BatchLayout.LengthOverhead, $"{batch.Length - BatchLayout.LengthOverhead}, the bytes that follow it");
        }

        return CheckHeader(header) ?? CheckCrc(batch, header);
    }

    /// <summary>Checks the numbers of a header among each other; returns what is wrong, or null.</summary>
    public static Refusal? CheckHeader(in RecordBatchHeader header)
    {
        if (header.Magic != BatchLayout.CurrentMagic)
        {
            return Refusal.Of("batch magic", header.Magic, "2");
        }

        if (header.SizeInBytes < RecordBatchHeader.Size)
        {
            return Refusal.Of("batch length", header.SizeInBytes - BatchLayout.LengthOverhead, $"at least {RecordBatchHeader.Size - BatchLayout.LengthOverhead}");
        }

        if (header.BaseOffset.Value is < 0 or > MaxBaseOffset)
        {
            return Refusal.Of("batch base offset", header.BaseOffset.Value, $"0 to {MaxBaseOffset}");
        }

        if (header.LastOffsetDelta < 0)
        {
            return Refusal.Of("batch last offset delta", header.LastOffsetDelta, "0 or more");
        }

        return header.RecordCount < 0 || header.RecordCount - 1L > header.LastOffsetDelta
            ? Refusal.Of("batch record count", header.RecordCount, $"0 to {header.LastOffsetDelta + 1L}, as its offsets allow")
            : null;
    }

    /// <summary>Checks the CRC of a batch that is all there; returns what is wrong, or null.</summary>
    public static Refusal? CheckCrc(ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        var crc = Crc32C.Compute(batch[BatchLayout.Attributes..]);
        return crc == header.Crc ? null : Refusal.OfText("batch CRC", $"0x{header.Crc:x8}", $"0x{crc:x8}, which its bytes give");
    }
}
