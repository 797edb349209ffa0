using OrleansQueue.Batches;

namespace OrleansQueue.Journals;

/// <summary>What a record of a journal is.</summary>
internal enum JournalRecord : byte
{
    /// <summary>An entry.</summary>
    Entry = 0,

    /// <summary>A piece of a snapshot that others follow.</summary>
    SnapshotPiece = 1,

    /// <summary>The last piece of a snapshot.</summary>
    SnapshotEnd = 2,
}

/// <summary>
/// The records of a journal, drawn in docs/formats/journal.md. They stand in record batches, so a journal is recovered as any
/// log is: an entry has no key, a piece of a snapshot has a key of one byte.
/// </summary>
internal static class JournalFormat
{
    /// <summary>A snapshot is written in pieces of this size, each a batch of its own.</summary>
    public const int PieceBytes = 1 << 20;

    // The offset of an entry is its number, and its time is of no use to a state that must not depend on clocks.
    private static readonly Timestamp NoTime = new(0);

    private static ReadOnlySpan<byte> PieceKey => [(byte)JournalRecord.SnapshotPiece];

    private static ReadOnlySpan<byte> EndKey => [(byte)JournalRecord.SnapshotEnd];

    public static void AppendEntry(RecordBatchBuilder to, ReadOnlySpan<byte> entry) => to.Append(NoTime, NullableBytes.Null, entry);

    /// <summary>The batches of a snapshot, each with the offset it begins at.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> WriteSnapshot(ReadOnlyMemory<byte> snapshot, Offset first, Epoch epoch)
    {
        do
        {
            var piece = snapshot[..Math.Min(snapshot.Length, PieceBytes)];
            snapshot = snapshot[piece.Length..];
            var builder = new RecordBatchBuilder(piece.Length + 256);
            builder.Append(NoTime, snapshot.IsEmpty ? EndKey : PieceKey, piece.Span);
            yield return Stamp(builder, first, epoch);
            first = first.Plus(1);
        }
        while (!snapshot.IsEmpty);
    }

    /// <summary>Ends a batch of the journal's own making and gives it its offset and epoch.</summary>
    public static ReadOnlyMemory<byte> Stamp(RecordBatchBuilder builder, Offset first, Epoch epoch)
    {
        var built = builder.Build(ProducerStamp.None);
        var batch = System.Runtime.InteropServices.MemoryMarshal.AsMemory(built);
        var header = new byte[RecordBatchHeader.Size];
        BatchStamp.Apply(batch.Span, header, first, epoch, appendTime: null);
        header.CopyTo(batch);
        return built;
    }

    public static JournalRecord KindOf(in RecordView record) =>
        record.Key.IsNull ? JournalRecord.Entry
        : record.Key.Span.SequenceEqual(EndKey) ? JournalRecord.SnapshotEnd
        : record.Key.Span.SequenceEqual(PieceKey) ? JournalRecord.SnapshotPiece
        : throw new InvalidDataException($"A journal record at offset {record.Offset} has a key that this version does not know.");
}
