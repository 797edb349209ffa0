using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>Builds the indexes and the state of a segment from its batches.</summary>
/// <param name="indexEveryBytes">Distance of index entries.</param>
/// <param name="appended">What to take for the time of appends that the batches do not tell.</param>
internal sealed class TailIndexer(int indexEveryBytes, Timestamp appended) : ITailObserver
{
    /// <summary>The indexes; null where there was no batch.</summary>
    public SegmentIndexes? Indexes { get; private set; }

    /// <summary>What the batches tell of producers and epochs.</summary>
    public LogState State { get; } = new();

    /// <summary>The offset behind the last batch; null where there was none.</summary>
    public Offset? Next { get; private set; }

    public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
    {
        Indexes ??= SegmentIndexes.New(header.BaseOffset, indexEveryBytes);
        Indexes.Add(header, position, appended);
        State.Add(header, appended);
        Next = header.NextOffset;
    }
}
