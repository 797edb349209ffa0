using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>The blobs of a log as one owner sees them: of each segment a row of blobs, in which an owner or a blob that is full ended and the next began. It does not change.</summary>
internal sealed class LogView
{
    private readonly List<LogBlob> _blobs;

    private LogView(List<LogBlob> blobs) => _blobs = blobs;

    /// <summary>Nothing yet.</summary>
    public static LogView Empty { get; } = new([]);

    /// <summary>The last blob, which takes appends.</summary>
    public LogBlob Active => _blobs[^1];

    /// <summary>The segments, oldest first.</summary>
    public List<SegmentExtent> Segments
    {
        get
        {
            var segments = new List<SegmentExtent>();
            foreach (var blob in _blobs.Where(static blob => blob.Mark.Segment is not null))
            {
                var extent = new SegmentExtent(blob.Mark.Segment!.Value, blob.End);
                if (segments.Count != 0 && segments[^1].FirstOffset == extent.FirstOffset)
                {
                    segments[^1] = extent;
                }
                else
                {
                    segments.Add(extent);
                }
            }

            return segments;
        }
    }

    /// <summary>What a new owner sees, whose own blob is the last one. What is empty, deleted or of a log before counts for nothing.</summary>
    /// <exception cref="InvalidDataException">A blob is missing between others.</exception>
    public static LogView Of(LogId log, List<LogBlob> blobs)
    {
        var own = blobs[^1];
        var kept = new List<LogBlob>();
        foreach (var blob in blobs.SkipLast(1).Where(blob => IsKept(blob, own.Mark)).Append(own))
        {
            if (blob.Mark.Position != 0 && (kept.Count == 0 || kept[^1].Mark.Segment != blob.Mark.Segment || kept[^1].End != blob.Mark.Position))
            {
                throw new InvalidDataException(
                    $"Log {log} lacks a blob: that of number {blob.Number} begins at byte {blob.Mark.Position} of segment {blob.Mark.Segment}, and what comes before ends elsewhere. Nothing was changed.");
            }

            kept.Add(blob);
        }

        return new LogView(kept);
    }

    /// <summary>Whether a blob before an owner's own holds something that the owner has.</summary>
    public static bool IsKept(LogBlob blob, BlobMark own) =>
        blob.Mark.Origin == own.Origin && blob.Mark.Segment >= own.Start && (blob.Length != 0 || (blob.Mark.Position == 0 && blob.Mark.Segment != own.Segment));

    /// <summary>With one more blob, which takes appends from now on.</summary>
    public LogView With(LogBlob next) => new([.. _blobs, next]);

    /// <summary>With more bytes in the last blob.</summary>
    public LogView Longer(long bytes) => new([.. _blobs.SkipLast(1), Active with { Length = Active.Length + bytes }]);

    /// <summary>Without the segments before one.</summary>
    public LogView From(Offset firstKept) => new(_blobs.FindAll(blob => blob.Mark.Segment >= firstKept));

    /// <summary>The blobs of the segments before one, oldest first.</summary>
    public List<LogBlob> Before(Offset firstKept) => _blobs.FindAll(blob => blob.Mark.Segment < firstKept);

    /// <summary>Whether there is such a segment.</summary>
    public bool Has(Offset segment) => _blobs.Exists(blob => blob.Mark.Segment == segment);

    /// <summary>The blob that holds a position of a segment, or null where the segment ends before it.</summary>
    public LogBlob? Find(Offset segment, long position) =>
        _blobs.Find(blob => blob.Mark.Segment == segment && position >= blob.Mark.Position && position < blob.End);
}
