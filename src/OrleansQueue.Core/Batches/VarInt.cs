using System.Runtime.CompilerServices;

namespace OrleansQueue.Batches;

/// <summary>Variable-length integers as record batches write them: zig-zag, then 7 bits a byte, low bits first (Protocol Buffers).</summary>
internal static class VarInt
{
    public const int MaxBytes32 = 5;
    public const int MaxBytes64 = 10;

    public static int SizeOf(int value) => SizeOfUnsigned(ZigZag(value));

    public static int SizeOf(long value)
    {
        var bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(((ulong)value << 1) ^ (ulong)(value >> 63) | 1);
        return (bits + 6) / 7;
    }

    /// <summary>Writes <paramref name="value"/> to the front of <paramref name="to"/> and returns how many bytes it took.</summary>
    public static int Write(Span<byte> to, int value) => WriteUnsigned(to, ZigZag(value));

    public static int Write(Span<byte> to, long value) => WriteUnsigned(to, ((ulong)value << 1) ^ (ulong)(value >> 63));

    /// <summary>Reads a 32-bit integer at <paramref name="at"/> and moves it on; false where the bytes end or the number is too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> from, ref int at, out int value)
    {
        if ((uint)at < (uint)from.Length && from[at] < 0x80)
        {
            var single = (uint)from[at++];
            value = (int)(single >> 1) ^ -(int)(single & 1);
            return true;
        }

        return TryReadLong32(from, ref at, out value);
    }

    /// <summary>Reads a 64-bit integer at <paramref name="at"/> and moves it on; false where the bytes end or the number is too long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> from, ref int at, out long value)
    {
        if ((uint)at < (uint)from.Length && from[at] < 0x80)
        {
            var single = (ulong)from[at++];
            value = (long)(single >> 1) ^ -(long)(single & 1);
            return true;
        }

        return TryReadLong64(from, ref at, out value);
    }

    private static bool TryReadLong32(ReadOnlySpan<byte> from, ref int at, out int value)
    {
        value = 0;
        if (!TryReadBits(from, ref at, MaxBytes32, out var bits) || bits > uint.MaxValue)
        {
            return false;
        }

        value = (int)((uint)bits >> 1) ^ -(int)(bits & 1);
        return true;
    }

    private static bool TryReadLong64(ReadOnlySpan<byte> from, ref int at, out long value)
    {
        var read = TryReadBits(from, ref at, MaxBytes64, out var bits);
        value = (long)(bits >> 1) ^ -(long)(bits & 1);
        return read;
    }

    private static bool TryReadBits(ReadOnlySpan<byte> from, ref int at, int maxBytes, out ulong bits)
    {
        bits = 0;
        for (var i = 0; i < maxBytes; i++)
        {
            if ((uint)at >= (uint)from.Length)
            {
                return false;
            }

            var next = from[at++];

            // The tenth byte of a 64-bit number has room for one bit.
            if (i == MaxBytes64 - 1 && next > 1)
            {
                return false;
            }

            bits |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static uint ZigZag(int value) => ((uint)value << 1) ^ (uint)(value >> 31);

    private static int SizeOfUnsigned(uint value) => (32 - System.Numerics.BitOperations.LeadingZeroCount(value | 1) + 6) / 7;

    private static int WriteUnsigned(Span<byte> to, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            to[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        to[at++] = (byte)value;
        return at;
    }
}
