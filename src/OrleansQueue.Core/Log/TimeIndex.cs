using System.Buffers.Binary;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>How far the timestamps of one segment had risen by which position, so that a time leads to a place not far before it.</summary>
internal sealed class TimeIndex(Offset firstOffset)
{
    private const int EntrySize = 12;
    private const int FixedSize = 16;

    private readonly List<(Timestamp Latest, uint Position)> _entries = [];

    /// <summary>The latest timestamp of a record of the segment.</summary>
    public Timestamp Latest { get; private set; } = new(long.MinValue);

    /// <summary>When the segment was last appended to, by the silo's clock; it is what retention goes by.</summary>
    public Timestamp LastAppend { get; private set; } = new(long.MinValue);

    /// <summary>Takes a batch into account.</summary>
    /// <param name="latest">Its max timestamp.</param>
    /// <param name="appended">When it was appended.</param>
    /// <param name="position">Where it begins.</param>
    /// <param name="enter">Whether to make an entry, so that a later search can begin here.</param>
    public void Add(Timestamp latest, Timestamp appended, long position, bool enter)
    {
        if (enter && latest > Latest)
        {
            // Everything before this position is older than any time above what was seen so far.
            _entries.Add((Latest, (uint)position));
        }

        Latest = Timestamp.Max(Latest, latest);
        LastAppend = Timestamp.Max(LastAppend, appended);
    }

    /// <summary>A position before which no record is as late as <paramref name="time"/>.</summary>
    public long Find(Timestamp time)
    {
        var before = SortedSearch.CountBefore(_entries, time, static (entry, wanted) => entry.Latest < wanted);
        return before == 0 ? 0 : _entries[before - 1].Position;
    }

    public byte[] Write(long segmentLength)
    {
        var content = new byte[FixedSize + (_entries.Count * EntrySize)];
        BinaryPrimitives.WriteInt64BigEndian(content, Latest.UnixMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8), LastAppend.UnixMilliseconds);
        for (var i = 0; i < _entries.Count; i++)
        {
            var at = content.AsSpan(FixedSize + (i * EntrySize));
            BinaryPrimitives.WriteInt64BigEndian(at, _entries[i].Latest.UnixMilliseconds);
            BinaryPrimitives.WriteUInt32BigEndian(at[8..], _entries[i].Position);
        }

        return SidecarFormat.Write(SidecarFormat.TimeIndex, firstOffset, segmentLength, content);
    }

    /// <summary>Reads an index; null where the file is missing, not whole, or not that segment's.</summary>
    public static TimeIndex? Read(byte[]? file, Offset firstOffset, long segmentLength)
    {
        if (!SidecarFormat.TryRead(file, SidecarFormat.TimeIndex, firstOffset, segmentLength, out var content)
            || content.Length < FixedSize || (content.Length - FixedSize) % EntrySize != 0)
        {
            return null;
        }

        var index = new TimeIndex(firstOffset)
        {
            Latest = new(BinaryPrimitives.ReadInt64BigEndian(content)),
            LastAppend = new(BinaryPrimitives.ReadInt64BigEndian(content[8..])),
        };
        for (content = content[FixedSize..]; !content.IsEmpty; content = content[EntrySize..])
        {
            index._entries.Add((new(BinaryPrimitives.ReadInt64BigEndian(content)), BinaryPrimitives.ReadUInt32BigEndian(content[8..])));
        }

        return index;
    }
}
