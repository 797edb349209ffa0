using System.Buffers.Binary;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>Where batches of one segment begin, for one batch in each so many bytes: an offset leads to a place not far before it.</summary>
internal sealed class OffsetIndex(Offset firstOffset, int everyBytes)
{
    private const int EntrySize = 8;

    private readonly List<(uint Offset, uint Position)> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Offers a batch that begins at a position; it is entered where the last entry lies far enough back.</summary>
    public bool Add(Offset baseOffset, long position)
    {
        if (_entries.Count != 0 && position - _entries[^1].Position < everyBytes)
        {
            return false;
        }

        _entries.Add(((uint)(baseOffset.Value - firstOffset.Value), (uint)position));
        return true;
    }

    /// <summary>A position at or before the batch that holds <paramref name="offset"/>.</summary>
    public long Find(Offset offset)
    {
        var before = SortedSearch.CountBefore(_entries, offset.Value - firstOffset.Value, static (entry, wanted) => entry.Offset <= wanted);
        return before == 0 ? 0 : _entries[before - 1].Position;
    }

    /// <summary>The offset of the batch that begins at a position which <see cref="Find"/> answered.</summary>
    public Offset OffsetAt(long position)
    {
        var before = SortedSearch.CountBefore(_entries, position, static (entry, wanted) => entry.Position <= wanted);
        return before == 0 ? firstOffset : firstOffset.Plus(_entries[before - 1].Offset);
    }

    public byte[] Write(long segmentLength)
    {
        var content = new byte[_entries.Count * EntrySize];
        for (var i = 0; i < _entries.Count; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(i * EntrySize), _entries[i].Offset);
            BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan((i * EntrySize) + 4), _entries[i].Position);
        }

        return SidecarFormat.Write(SidecarFormat.OffsetIndex, firstOffset, segmentLength, content);
    }

    /// <summary>Reads an index; null where the file is missing, not whole, or not that segment's.</summary>
    public static OffsetIndex? Read(byte[]? file, Offset firstOffset, long segmentLength, int everyBytes)
    {
        if (!SidecarFormat.TryRead(file, SidecarFormat.OffsetIndex, firstOffset, segmentLength, out var content) || content.Length % EntrySize != 0)
        {
            return null;
        }

        var index = new OffsetIndex(firstOffset, everyBytes);
        for (; !content.IsEmpty; content = content[EntrySize..])
        {
            index._entries.Add((BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadUInt32BigEndian(content[4..])));
        }

        return index;
    }
}
