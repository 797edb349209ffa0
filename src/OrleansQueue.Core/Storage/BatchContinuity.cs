using OrleansQueue.Batches;

namespace OrleansQueue.Storage;

/// <summary>
/// The checks that a CRC cannot make, because base offset and epoch lie outside it: each batch begins where the one before
/// ended, epochs never fall, and a segment's first batch carries the segment's name.
/// </summary>
/// <param name="Next">The offset that the next batch begins with.</param>
/// <param name="Epoch">The epoch of the batch before, or <see cref="Epoch.None"/>.</param>
internal readonly record struct BatchContinuity(Offset Next, Epoch Epoch)
{
    /// <summary>The checks for a segment's first batch.</summary>
    public static BatchContinuity AtStartOf(Offset segment) => new(segment, Epoch.None);

    /// <summary>What is wrong with a batch in this place, or null.</summary>
    public string? Check(in RecordBatchHeader header)
    {
        if (header.BaseOffset != Next)
        {
            return $"the batch begins at offset {header.BaseOffset}, not at {Next}";
        }

        return header.Epoch < Epoch ? $"epoch {header.Epoch} follows epoch {Epoch}" : null;
    }

    /// <summary>The checks behind that batch.</summary>
    public static BatchContinuity After(in RecordBatchHeader header) => new(header.NextOffset, header.Epoch);
}
