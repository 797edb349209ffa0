using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>The blobs of a log as one owner sees them: of each segment a row of blobs, in which an owner or a blob that is full ended and the next began. It does not change.</summary>
internal sealed class LogView
{
    // Those before the last one, which many views share: each append changes the last one alone.
    private readonly List<LogBlob> _ended;

    private LogView(List<LogBlob> ended, LogBlob active) => (_ended, Active) = (ended, active);

    /// <summary>The last blob, which takes appends.</summary>
    public LogBlob Active { get; }

    private IEnumerable<LogBlob> All => _ended.Append(Active);

    /// <summary>The segments, oldest first.</summary>
    public List<SegmentExtent> Segments
    {
        get
        {
            var segments = new List<SegmentExtent>();
            foreach (var blob in All.Where(static blob => blob.Mark.Segment is not null))
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
        return new LogView(kept[..^1], own);
    }

    /// <summary>The first blob that does not begin where the one before it ends, since one is missing between them; null where none is.</summary>
    public LogBlob? FindGap()
    {
        LogBlob? before = null;
        foreach (var blob in All)
        {
            if (blob.Mark.Position != 0 && (before is null || before.Mark.Segment != blob.Mark.Segment || before.End != blob.Mark.Position))
            {
                return blob;
            }

            before = blob;
        }

        return null;
    }

    /// <summary>With one more blob, which takes appends from now on.</summary>
    public LogView With(LogBlob next) => new([.. All], next);

    /// <summary>With more bytes in the last blob.</summary>
    public LogView Longer(long bytes) => new(_ended, Active with { Length = Active.Length + bytes, Tag = null });

    /// <summary>Without the segments before one, which is the last one at most.</summary>
    public LogView From(Offset firstKept) => new(_ended.FindAll(blob => blob.Mark.Segment >= firstKept), Active);

    /// <summary>The blobs of the segments before one, oldest first.</summary>
    public List<LogBlob> Before(Offset firstKept) => _ended.FindAll(blob => blob.Mark.Segment < firstKept);

    /// <summary>Whether a blob is one of these.</summary>
    public bool Has(LogBlob blob) => All.Any(one => one.Number == blob.Number);

    /// <summary>Whether there is such a segment.</summary>
    public bool Has(Offset segment) => Active.Mark.Segment == segment || _ended.Exists(blob => blob.Mark.Segment == segment);

    /// <summary>The blob that holds a position of a segment, or null where the segment ends before it.</summary>
    public LogBlob? Find(Offset segment, long position)
    {
        bool Holds(LogBlob blob) => blob.Mark.Segment == segment && position >= blob.Mark.Position && position < blob.End;
        return Holds(Active) ? Active : _ended.Find(Holds);
    }
}
