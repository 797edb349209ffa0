using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage.Files;

/// <summary>What an entry of the write-ahead file says.</summary>
internal enum WriteAheadKind : byte
{
    /// <summary>These bytes stand at this place of that segment.</summary>
    Bytes = 1,

    /// <summary>Nothing said of this log before here holds any more: its segments are synced, cut or deleted.</summary>
    Barrier = 2,
}

/// <summary>One entry as read.</summary>
internal readonly ref struct WriteAheadEntry
{
    public WriteAheadKind Kind { get; init; }

    public LogId Log { get; init; }

    public Offset Segment { get; init; }

    public long Position { get; init; }

    public ReadOnlySpan<byte> Bytes { get; init; }

    public int Size { get; init; }
}

/// <summary>The bytes of a write-ahead file, drawn in docs/formats/write-ahead.md.</summary>
internal static class WriteAheadFormat
{
    public const int FileHeaderSize = 4096;
    public const int EntryHeaderSize = 36;

    /// <summary>Where an entry's generation stands in it.</summary>
    public const int GenerationAt = 8;

    /// <summary>The most that is written at once, unless one commit is larger: what loss of power tears is no longer.</summary>
    public const int MaxRoundBytes = 4 << 20;

    private const int FileHeaderCrcAt = 40;

    private static ReadOnlySpan<byte> Magic => "OQWAL\0\0\u0001"u8;

    public static byte[] WriteFileHeader(StoreId store, long generation, long oldestNeeded)
    {
        var page = new byte[FileHeaderSize];
        Magic.CopyTo(page);
        store.Value.TryWriteBytes(page.AsSpan(8), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(page.AsSpan(24), generation);
        BinaryPrimitives.WriteInt64BigEndian(page.AsSpan(32), oldestNeeded);
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(FileHeaderCrcAt), Crc32C.Compute(page.AsSpan(0, FileHeaderCrcAt)));
        return page;
    }

    /// <summary>Reads a file's header; false where it is not whole or not this store's, so that nothing in the file was ever promised.</summary>
    public static bool TryReadFileHeader(ReadOnlySpan<byte> page, StoreId store, out long generation, out long oldestNeeded)
    {
        generation = oldestNeeded = 0;
        if (page.Length < FileHeaderSize || !page.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32BigEndian(page[FileHeaderCrcAt..]) != Crc32C.Compute(page[..FileHeaderCrcAt])
            || new Guid(page.Slice(8, 16), bigEndian: true) != store.Value)
        {
            return false;
        }

        generation = BinaryPrimitives.ReadInt64BigEndian(page[24..]);
        oldestNeeded = BinaryPrimitives.ReadInt64BigEndian(page[32..]);
        return true;
    }

    public static int SizeOfEntry(LogId log, long bytes) => checked((int)(EntryHeaderSize + log.Name.Length + bytes));

    /// <summary>Writes an entry to the front of <paramref name="to"/> and returns its size.</summary>
    public static int WriteEntry(
        Span<byte> to, long generation, WriteAheadKind kind, LogId log, Offset segment, long position, IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var at = EntryHeaderSize + Encoding.ASCII.GetBytes(log.Name, to[EntryHeaderSize..]);
        foreach (var part in parts)
        {
            part.Span.CopyTo(to[at..]);
            at += part.Length;
        }

        BinaryPrimitives.WriteInt32BigEndian(to[4..], at);
        BinaryPrimitives.WriteInt64BigEndian(to[8..], generation);
        to[16] = (byte)kind;
        to[17] = (byte)log.Name.Length;
        to[18] = to[19] = 0;
        BinaryPrimitives.WriteInt64BigEndian(to[20..], segment.Value);
        BinaryPrimitives.WriteInt64BigEndian(to[28..], position);
        BinaryPrimitives.WriteUInt32BigEndian(to, Crc32C.Compute(to[4..at]));
        return at;
    }

    /// <summary>Reads the entry at the front of <paramref name="from"/>; false where none of that generation is whole.</summary>
    public static bool TryReadEntry(ReadOnlySpan<byte> from, long generation, out WriteAheadEntry entry)
    {
        entry = default;
        if (from.Length < EntryHeaderSize)
        {
            return false;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(from[4..]);
        var nameLength = from[17];
        if (size < EntryHeaderSize + nameLength || size > from.Length || BinaryPrimitives.ReadInt64BigEndian(from[8..]) != generation
            || BinaryPrimitives.ReadUInt32BigEndian(from) != Crc32C.Compute(from[4..size])
            || !LogId.TryParse(Encoding.ASCII.GetString(from.Slice(EntryHeaderSize, nameLength)), out var log))
        {
            return false;
        }

        entry = new WriteAheadEntry
        {
            Kind = (WriteAheadKind)from[16],
            Log = log,
            Segment = new(BinaryPrimitives.ReadInt64BigEndian(from[20..])),
            Position = BinaryPrimitives.ReadInt64BigEndian(from[28..]),
            Bytes = from[(EntryHeaderSize + nameLength)..size],
            Size = size,
        };
        return true;
    }
}
