using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// The first page of a segment file: whose it is, and up to where it was once known to be synced. Drawn in
/// docs/formats/segment.md.
/// </summary>
internal static class SegmentHeader
{
    /// <summary>Bytes before the first batch: one page, so that writing a batch never touches the header's page.</summary>
    public const int Size = 4096;

    private const int CrcAt = 508;
    private const int NameLengthAt = 36;

    // Two slots in sectors of their own, written in turn: loss of power can spoil one of them, not both.
    private const int FirstSlotAt = 512;
    private const int SlotDistance = 512;
    private const int SlotSize = 20;

    private const int LevelAt = 7;

    private static ReadOnlySpan<byte> Magic => "OQSEG\0\0"u8;

    /// <summary>Writes the page of a new segment.</summary>
    public static byte[] Write(StoreId store, LogId log, Offset firstOffset, Epoch epoch, FormatLevel level)
    {
        var page = new byte[Size];
        Magic.CopyTo(page);
        page[LevelAt] = checked((byte)level.Value);
        store.Value.TryWriteBytes(page.AsSpan(8), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(page.AsSpan(24), firstOffset.Value);
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(32), epoch.Value);
        page[NameLengthAt] = (byte)Encoding.ASCII.GetBytes(log.Name, page.AsSpan(NameLengthAt + 1));
        BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(CrcAt), Crc32C.Compute(page.AsSpan(0, CrcAt)));
        return page;
    }

    /// <summary>The level of the formats that what is in the segment may have. Only of a page that <see cref="Check"/> found nothing wrong with.</summary>
    public static FormatLevel LevelOf(ReadOnlySpan<byte> page) => new(page[LevelAt]);

    /// <summary>Why a page is not the header of that segment, or null.</summary>
    public static string? Check(ReadOnlySpan<byte> page, StoreId store, LogId log, Offset firstOffset)
    {
        if (page.Length < Size || !page.StartsWith(Magic) || BinaryPrimitives.ReadUInt32BigEndian(page[CrcAt..]) != Crc32C.Compute(page[..CrcAt]))
        {
            return "the header page is not whole";
        }

        var owner = new StoreId(new Guid(page.Slice(8, 16), bigEndian: true));
        if (owner != store)
        {
            return $"the segment belongs to store {owner}, this is {store}";
        }

        var name = Encoding.ASCII.GetString(page.Slice(NameLengthAt + 1, page[NameLengthAt]));
        var offset = BinaryPrimitives.ReadInt64BigEndian(page[24..]);
        return name == log.Name && offset == firstOffset.Value ? null : $"the segment is {name} from offset {offset}, this is {log} from {firstOffset}";
    }

    /// <summary>The slot for the <paramref name="number"/>th mark that the segment was synced up to <paramref name="position"/>.</summary>
    public static (int At, byte[] Bytes) WriteMark(long number, long position)
    {
        var slot = new byte[SlotSize];
        BinaryPrimitives.WriteInt64BigEndian(slot, number);
        BinaryPrimitives.WriteInt64BigEndian(slot.AsSpan(8), position);
        BinaryPrimitives.WriteUInt32BigEndian(slot.AsSpan(16), Crc32C.Compute(slot.AsSpan(0, 16)));
        return (FirstSlotAt + ((int)(number & 1) * SlotDistance), slot);
    }

    /// <summary>The latest whole mark of a page; number 0 and position 0 where there is none.</summary>
    public static (long Number, long Position) ReadMark(ReadOnlySpan<byte> page)
    {
        var first = ReadSlot(page.Slice(FirstSlotAt, SlotSize));
        var second = ReadSlot(page.Slice(FirstSlotAt + SlotDistance, SlotSize));
        return first.Number >= second.Number ? first : second;
    }

    private static (long Number, long Position) ReadSlot(ReadOnlySpan<byte> slot) =>
        BinaryPrimitives.ReadUInt32BigEndian(slot[16..]) == Crc32C.Compute(slot[..16])
            ? (BinaryPrimitives.ReadInt64BigEndian(slot), BinaryPrimitives.ReadInt64BigEndian(slot[8..]))
            : default;
}
