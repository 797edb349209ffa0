using System.Buffers.Binary;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// Gives out fencing numbers, none of them twice, also after a crash: it reserves a block of them on the disk before it gives
/// out the first. The file is written over in place, so that a full disk does not keep a store from opening.
/// </summary>
internal sealed class EpochTickets
{
    // One sync buys this many openings. What a silo did not use is skipped at its next start: 2^31 / 1,024 starts are enough.
    private const int Reserved = 1024;

    // Two slots in sectors of their own, written in turn: loss of power can spoil one of them, not both.
    private const int SlotDistance = 512;
    private const int SlotSize = 8;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly Lock _lock = new();
    private int _next;
    private int _reservedBelow;

    private EpochTickets(IDisk disk, string path, int reservedBelow)
    {
        _disk = disk;
        _path = path;
        _next = _reservedBelow = reservedBelow;
    }

    /// <summary>The bytes of a new store's file.</summary>
    public static byte[] Empty()
    {
        var file = new byte[2 * SlotDistance];
        WriteSlot(0).CopyTo(file, 0);
        return file;
    }

    /// <summary>Reads what was reserved.</summary>
    /// <exception cref="InvalidDataException">Neither slot is whole.</exception>
    public static EpochTickets Open(IDisk disk, string path)
    {
        using var file = disk.Open(path, create: false);
        var bytes = new byte[2 * SlotDistance];
        file.Read(0, bytes);
        var reserved = Math.Max(ReadSlot(bytes), ReadSlot(bytes.AsSpan(SlotDistance)));
        return reserved >= 0
            ? new EpochTickets(disk, path, reserved)
            : throw new InvalidDataException($"File {path} is damaged; without it two owners of a log could get one epoch. Nothing was changed.");
    }

    /// <summary>A fencing number higher than all before it. Blocks on the disk now and then.</summary>
    public Epoch Next()
    {
        lock (_lock)
        {
            if (_next == _reservedBelow)
            {
                var below = checked(_reservedBelow + Reserved);
                using var file = _disk.Open(_path, create: false);
                file.Write(below / Reserved % 2 * SlotDistance, WriteSlot(below));
                file.Sync();
                _reservedBelow = below;
            }

            return new Epoch(_next++);
        }
    }

    private static byte[] WriteSlot(int reservedBelow)
    {
        var slot = new byte[SlotSize];
        BinaryPrimitives.WriteInt32BigEndian(slot, reservedBelow);
        BinaryPrimitives.WriteUInt32BigEndian(slot.AsSpan(4), Crc32C.Compute(slot.AsSpan(0, 4)));
        return slot;
    }

    /// <summary>What a slot says, or -1 where it is not whole.</summary>
    private static int ReadSlot(ReadOnlySpan<byte> slot) =>
        BinaryPrimitives.ReadUInt32BigEndian(slot[4..]) == Crc32C.Compute(slot[..4]) ? BinaryPrimitives.ReadInt32BigEndian(slot) : -1;
}
