using System.Buffers.Binary;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>
/// What a log knows of its last segment up to a batch that is kept: its indexes, producers and epochs. It is written beside the segment now and then, so that the
/// next owner walks what lies behind it and not the whole segment. Batches that are kept never change, so it is true for ever, whoever writes it and however
/// late. Drawn in docs/formats/index.md.
/// </summary>
/// <param name="Position">Behind the last batch that it knows.</param>
/// <param name="Behind">What the next batch has to continue.</param>
/// <param name="Indexes">The indexes of the segment up to there.</param>
/// <param name="State">Producers and epochs of the whole log up to there.</param>
internal sealed record TailCheckpoint(long Position, BatchContinuity Behind, SegmentIndexes Indexes, LogState State)
{
    private const int FixedSize = 20;

    /// <summary>Writes the checkpoint of a segment.</summary>
    public byte[] Write(Offset segment)
    {
        var (offsets, times, state) = (Indexes.Offsets.Write(Position), Indexes.Times.Write(Position), State.Write(segment));
        var content = new byte[FixedSize + offsets.Length + times.Length + state.Length];
        BinaryPrimitives.WriteInt64BigEndian(content, Behind.Next.Value);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(8), Behind.Epoch.Value);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(12), offsets.Length);
        BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(16), times.Length);
        offsets.CopyTo(content, FixedSize);
        times.CopyTo(content, FixedSize + offsets.Length);
        state.CopyTo(content, FixedSize + offsets.Length + times.Length);
        return SidecarFormat.Write(SidecarFormat.Checkpoint, segment, Position, content);
    }

    /// <summary>Reads a checkpoint; null where the file is missing, not whole, or of more than the segment has.</summary>
    public static TailCheckpoint? Read(byte[]? file, SegmentExtent segment, int indexEveryBytes)
    {
        if (file is null || SidecarFormat.LengthOf(file) is not { } position || position > segment.Length
            || !SidecarFormat.TryRead(file, SidecarFormat.Checkpoint, segment.FirstOffset, position, out var content))
        {
            return null;
        }

        // The CRC held, so the lengths are what Write put there.
        var behind = new BatchContinuity(new(BinaryPrimitives.ReadInt64BigEndian(content)), new(BinaryPrimitives.ReadInt32BigEndian(content[8..])));
        var (offsetBytes, timeBytes) = (BinaryPrimitives.ReadInt32BigEndian(content[12..]), BinaryPrimitives.ReadInt32BigEndian(content[16..]));
        var files = content[FixedSize..];
        var offsets = OffsetIndex.Read(files[..offsetBytes].ToArray(), segment.FirstOffset, position, indexEveryBytes);
        var times = TimeIndex.Read(files.Slice(offsetBytes, timeBytes).ToArray(), segment.FirstOffset, position);
        var state = LogState.Read(files[(offsetBytes + timeBytes)..].ToArray(), segment.FirstOffset);
        return offsets is null || times is null || state is null ? null : new TailCheckpoint(position, behind, new SegmentIndexes(offsets, times), state);
    }
}
