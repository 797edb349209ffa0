using System.Buffers.Binary;
using OrleansQueue.Batches;

namespace OrleansQueue.Log;

/// <summary>
/// The frame round what is kept beside a segment, drawn in docs/formats/index.md. A file that does not match its segment to
/// the byte is not believed, and rebuilt from the log.
/// </summary>
internal static class SidecarFormat
{
    public const byte OffsetIndex = 1;
    public const byte TimeIndex = 2;
    public const byte State = 3;
    public const byte Checkpoint = 4;

    private const int HeaderSize = 24;
    private const int CrcSize = 4;

    private static ReadOnlySpan<byte> Magic => "OQSC"u8;

    public static byte[] Write(byte kind, Offset segment, long segmentLength, ReadOnlySpan<byte> content)
    {
        var file = new byte[HeaderSize + content.Length + CrcSize];
        Magic.CopyTo(file);
        file[4] = 1;
        file[5] = kind;
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(8), segment.Value);
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(16), segmentLength);
        content.CopyTo(file.AsSpan(HeaderSize));
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(^CrcSize), Crc32C.Compute(file.AsSpan(..^CrcSize)));
        return file;
    }

    /// <summary>The length of the segment that a file says it was made for; null where it is too short to say one.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> file) => file.Length < HeaderSize ? null : BinaryPrimitives.ReadInt64BigEndian(file[16..]);

    public static bool TryRead(ReadOnlySpan<byte> file, byte kind, Offset segment, long segmentLength, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (file.Length < HeaderSize + CrcSize || !file.StartsWith(Magic) || file[4] != 1 || file[5] != kind
            || BinaryPrimitives.ReadInt64BigEndian(file[8..]) != segment.Value
            || BinaryPrimitives.ReadInt64BigEndian(file[16..]) != segmentLength
            || BinaryPrimitives.ReadUInt32BigEndian(file[^CrcSize..]) != Crc32C.Compute(file[..^CrcSize]))
        {
            return false;
        }

        content = file[HeaderSize..^CrcSize];
        return true;
    }
}
