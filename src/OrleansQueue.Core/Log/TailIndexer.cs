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
    public LogState State { get; private set; } = new();

    /// <summary>The offset behind the last batch; null where there was none.</summary>
    public Offset? Next { get; private set; }

    /// <summary>Whether <see cref="State"/> is that of the whole log, and not of this segment alone.</summary>
    public bool IsStateWhole { get; private set; }

    /// <summary>How much was walked.</summary>
    public (long Bytes, int Batches) Walked { get; private set; }

    public async ValueTask<TailStart> BeginAsync(ILog log, SegmentExtent last, CancellationToken cancellationToken)
    {
        if (TailCheckpoint.Read(await log.ReadSidecarAsync(last.FirstOffset, Sidecar.Checkpoint, cancellationToken), last, indexEveryBytes) is not { } known)
        {
            return TailStart.AtFrontOf(last);
        }

        (Indexes, State, Next, IsStateWhole) = (known.Indexes, known.State, known.Behind.Next, true);
        return new TailStart(known.Position, known.Behind);
    }

    public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
    {
        Indexes ??= SegmentIndexes.New(header.BaseOffset, indexEveryBytes);
        Indexes.Add(header, position, appended);
        State.Add(header, appended);
        Next = header.NextOffset;
        Walked = (Walked.Bytes + header.SizeInBytes, Walked.Batches + 1);
    }
}
