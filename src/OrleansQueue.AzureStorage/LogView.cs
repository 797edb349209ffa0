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
    public static LogView Of(List<LogBlob> blobs)
    {
        var own = blobs[^1];
        var kept = new List<LogBlob> { own };
        foreach (var blob in Enumerable.Reverse(blobs).Skip(1))
        {
            // A segment that stayed empty has a later one behind it; else it is one that was never begun, by a creation that was repeated late.
            if (blob.Mark.Origin == own.Mark.Origin && blob.Mark.Segment >= own.Mark.Start
                && (blob.Length != 0 || (blob.Mark.Position == 0 && blob.Mark.Segment < kept[^1].Mark.Segment)))
            {
                kept.Add(blob);
            }
        }

        kept.Reverse();
        return new LogView(kept);
    }

    /// <summary>The first blob that does not begin where the one before it ends, since one is missing between them; null where none is.</summary>
    public LogBlob? FindGap()
    {
        for (var i = 0; i < _blobs.Count; i++)
        {
            var (position, segment) = (_blobs[i].Mark.Position, _blobs[i].Mark.Segment);
            if (position != 0 && (i == 0 || _blobs[i - 1].Mark.Segment != segment || _blobs[i - 1].End != position))
            {
                return _blobs[i];
            }
        }

        return null;
    }

    /// <summary>With one more blob, which takes appends from now on.</summary>
    public LogView With(LogBlob next) => new([.. _blobs, next]);

    /// <summary>With more bytes in the last blob.</summary>
    public LogView Longer(long bytes) => new([.. _blobs.SkipLast(1), Active with { Length = Active.Length + bytes, Tag = null }]);

    /// <summary>Without the segments before one.</summary>
    public LogView From(Offset firstKept) => new(_blobs.FindAll(blob => blob.Mark.Segment >= firstKept));

    /// <summary>The blobs of the segments before one, oldest first.</summary>
    public List<LogBlob> Before(Offset firstKept) => _blobs.FindAll(blob => blob.Mark.Segment < firstKept);

    /// <summary>Whether a blob is one of these.</summary>
    public bool Has(LogBlob blob) => _blobs.Exists(one => one.Number == blob.Number);

    /// <summary>Whether there is such a segment.</summary>
    public bool Has(Offset segment) => _blobs.Exists(blob => blob.Mark.Segment == segment);

    /// <summary>The blob that holds a position of a segment, or null where the segment ends before it.</summary>
    public LogBlob? Find(Offset segment, long position) =>
        _blobs.Find(blob => blob.Mark.Segment == segment && position >= blob.Mark.Position && position < blob.End);
}
