using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>The segments of an open log, oldest first, and their indexes, which are read when they are first needed.</summary>
internal sealed class SegmentList(ILog log, int indexEveryBytes, TimeProvider clock, ILogEvents events)
{
    private readonly List<LogSegment> _segments = [];
    private Offset _firstKept;

    public int Count => _segments.Count;

    public LogSegment this[int index] => _segments[index];

    /// <summary>The segment that takes appends, or null in a new log.</summary>
    public LogSegment? Active => _segments.Count == 0 ? null : _segments[^1];

    public long TotalBytes => _segments.Sum(segment => segment.Length);

    public void Add(LogSegment segment) => _segments.Add(segment);

    /// <summary>
    /// The segments before an offset are about to be deleted. From now on no rebuilt index is put beside them, and none is on its way there
    /// when this answers: it could come after the deletion, which nobody would repeat for its sake.
    /// </summary>
    public Task LeaveAsync(Offset firstKept)
    {
        _firstKept = firstKept;
        return Task.WhenAll(_segments.Where(segment => segment.FirstOffset < firstKept).Select(segment => segment.Keeping));
    }

    /// <summary>Forgets segments that were deleted; answers how many.</summary>
    public int RemoveBefore(Offset firstKept) => _segments.RemoveAll(segment => segment.FirstOffset < firstKept);

    /// <summary>The segment that an offset lies in.</summary>
    public int IndexOf(Offset offset) =>
        Math.Max(0, SortedSearch.CountBefore(_segments, offset, static (segment, wanted) => segment.FirstOffset <= wanted) - 1);

    /// <summary>The first segment that begins at an offset or behind it, or null.</summary>
    public LogSegment? From(Offset offset) => _segments.Find(segment => segment.FirstOffset >= offset);

    /// <summary>The indexes of a segment: in memory, from the files beside it, or rebuilt from its batches where those are missing or wrong.</summary>
    public async ValueTask<SegmentIndexes> IndexesOfAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        if (segment.Indexes is { } present)
        {
            return present;
        }

        // One load serves everybody, so nobody's cancellation ends it.
        var loading = segment.Loading ?? LoadIndexesAsync(segment);
        segment.Loading = loading.IsCompleted ? null : loading;
        return await loading.WaitAsync(cancellationToken);
    }

    private async Task<SegmentIndexes> LoadIndexesAsync(LogSegment segment)
    {
        try
        {
            return segment.Indexes = await ReadIndexesAsync(segment) ?? await RebuildAsync(segment);
        }
        finally
        {
            segment.Loading = null;
        }
    }

    private async ValueTask<SegmentIndexes?> ReadIndexesAsync(LogSegment segment)
    {
        var first = segment.FirstOffset;
        var offsets = OffsetIndex.Read(await log.ReadSidecarAsync(first, Sidecar.OffsetIndex, CancellationToken.None), first, segment.Length, indexEveryBytes);
        var times = TimeIndex.Read(await log.ReadSidecarAsync(first, Sidecar.TimeIndex, CancellationToken.None), first, segment.Length);
        return offsets is not null && times is not null ? new SegmentIndexes(offsets, times) : null;
    }

    /// <summary>Shows every batch of an ended segment to <paramref name="observer"/>.</summary>
    /// <exception cref="LogDamagedException">A batch is not whole or does not follow the one before.</exception>
    public ValueTask ScanAsync(LogSegment segment, ITailObserver observer, CancellationToken cancellationToken) =>
        SegmentScanner.ScanWholeAsync(log, new SegmentExtent(segment.FirstOffset, segment.Length), PlaceOf(segment), observer, cancellationToken);

    /// <summary>Keeps the indexes of an ended segment beside it. Where that fails they are rebuilt when they are next needed.</summary>
    public async ValueTask KeepAsync(LogSegment segment, SegmentIndexes indexes)
    {
        try
        {
            await log.WriteSidecarAsync(segment.FirstOffset, Sidecar.OffsetIndex, indexes.Offsets.Write(segment.Length));
            await log.WriteSidecarAsync(segment.FirstOffset, Sidecar.TimeIndex, indexes.Times.Write(segment.Length));
        }
        catch (IOException error)
        {
            events.SidecarLost(log.Id, segment.FirstOffset, error);
        }
    }

    /// <summary>Keeps what is known where a segment begins.</summary>
    public ValueTask KeepAsync(Offset segment, LogState state) => KeepAsync(segment, Sidecar.State, state.Write(segment));

    /// <summary>Keeps what is known of a segment up to a position.</summary>
    public ValueTask KeepAsync(Offset segment, TailCheckpoint checkpoint) => KeepAsync(segment, Sidecar.Checkpoint, checkpoint.Write(segment));

    /// <summary>How an error names a segment.</summary>
    public string PlaceOf(LogSegment segment) => $"log {log.Id}, segment {SegmentName.OfLog(segment.FirstOffset)}";

    private async ValueTask KeepAsync(Offset segment, Sidecar kind, byte[] content)
    {
        try
        {
            await log.WriteSidecarAsync(segment, kind, content);
        }
        catch (IOException error)
        {
            events.SidecarLost(log.Id, segment, error);
        }
    }

    private async ValueTask<SegmentIndexes> RebuildAsync(LogSegment segment)
    {
        // Batches with the producer's timestamps do not tell when they were appended; now is the safe guess, for it keeps them longer.
        var indexer = new TailIndexer(indexEveryBytes, Timestamp.Now(clock));
        await ScanAsync(segment, indexer, CancellationToken.None);
        var rebuilt = indexer.Indexes ?? SegmentIndexes.New(segment.FirstOffset, indexEveryBytes);
        if (segment.FirstOffset >= _firstKept)
        {
            await (segment.Keeping = KeepAsync(segment, rebuilt).AsTask());
        }

        return rebuilt;
    }
}
