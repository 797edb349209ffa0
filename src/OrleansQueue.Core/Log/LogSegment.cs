using OrleansQueue.Batches;

namespace OrleansQueue.Log;

/// <summary>The two indexes of a segment.</summary>
internal sealed record SegmentIndexes(OffsetIndex Offsets, TimeIndex Times)
{
    public static SegmentIndexes New(Offset firstOffset, int everyBytes) => new(new(firstOffset, everyBytes), new(firstOffset));

    /// <summary>Takes a batch in.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="position">Where it begins.</param>
    /// <param name="appended">When it was appended, which a batch with the producer's timestamps does not say itself.</param>
    public void Add(in RecordBatchHeader header, long position, Timestamp appended)
    {
        var entered = Offsets.Add(header.BaseOffset, position);
        Times.Add(header.MaxTimestamp, AppendTimeOf(header, appended), position, entered);
    }

    /// <summary>When a batch was appended: what it says itself, or what is known from elsewhere. A producer's clock never counts.</summary>
    public static Timestamp AppendTimeOf(in RecordBatchHeader header, Timestamp appended) =>
        header.Attributes.TimestampKind == TimestampKind.Append ? header.MaxTimestamp : appended;
}

/// <summary>A segment of an open log.</summary>
internal sealed class LogSegment(Offset firstOffset, long length)
{
    /// <summary>The first offset, which names it.</summary>
    public Offset FirstOffset => firstOffset;

    /// <summary>Bytes of batches that readers may see.</summary>
    public long Length { get; set; } = length;

    /// <summary>When its first batch was appended, as far as this owner knows.</summary>
    public Timestamp? Begun { get; set; }

    /// <summary>The indexes; null for an ended segment until they are needed.</summary>
    public SegmentIndexes? Indexes { get; set; }

    /// <summary>The reading or rebuilding of the indexes that is under way.</summary>
    public Task<SegmentIndexes>? Loading { get; set; }

    /// <summary>The writing of rebuilt indexes beside it.</summary>
    public Task Keeping { get; set; } = Task.CompletedTask;
}
