using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansQueue.Batches;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected polynomial 0x82F63B78. Three lanes run side by side because one
/// hardware CRC step takes three cycles but a new one can begin in each; the lanes are joined by multiplication modulo the
/// polynomial, the method of zlib's crc32_combine.
/// </summary>
public static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 1u << 31; // x^0 in the reflected order of bits.
    private const int LaneBytes = 2048;

    private static readonly uint[] SquaresOfX = MakeSquaresOfX();
    private static readonly uint OneLane = PowerOfX8(LaneBytes);
    private static readonly uint TwoLanes = PowerOfX8(2 * LaneBytes);

    /// <summary>The CRC of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Run(~0u, bytes);

    /// <summary>The CRC of what <paramref name="crc"/> covers followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes) => ~Run(~crc, bytes);

    /// <summary>
    /// The CRC after some bytes were replaced by others of the same length, without a second pass over the rest: the CRC is
    /// linear, so the CRC of the difference, carried over the bytes behind it, is what changes.
    /// </summary>
    /// <param name="crc">The CRC before the change.</param>
    /// <param name="before">The old bytes.</param>
    /// <param name="after">The new bytes, as many.</param>
    /// <param name="bytesBehind">How many bytes that the CRC covers lie behind them.</param>
    public static uint Replace(uint crc, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, long bytesBehind)
    {
        if (before.Length != after.Length)
        {
            throw new ArgumentException($"{after.Length} bytes cannot replace {before.Length}.", nameof(after));
        }

        var difference = 0u;
        for (var i = 0; i < before.Length; i++)
        {
            difference = BitOperations.Crc32C(difference, (byte)(before[i] ^ after[i]));
        }

        return crc ^ Multiply(PowerOfX8(bytesBehind), difference);
    }

    private static uint Run(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 3 * LaneBytes)
        {
            state = RunLanes(state, bytes[..(3 * LaneBytes)]);
            bytes = bytes[(3 * LaneBytes)..];
        }

        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            state = BitOperations.Crc32C(state, word);
        }

        foreach (var single in bytes[(bytes.Length & ~7)..])
        {
            state = BitOperations.Crc32C(state, single);
        }

        return state;
    }

    private static uint RunLanes(uint state, ReadOnlySpan<byte> bytes)
    {
        ref var words = ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetReference(bytes));
        const int wordsOfLane = LaneBytes / sizeof(ulong);
        uint first = state, second = 0, third = 0;
        for (var i = 0; i < wordsOfLane; i++)
        {
            first = BitOperations.Crc32C(first, Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ulong, byte>(ref Unsafe.Add(ref words, i))));
            second = BitOperations.Crc32C(second, Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ulong, byte>(ref Unsafe.Add(ref words, i + wordsOfLane))));
            third = BitOperations.Crc32C(third, Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<ulong, byte>(ref Unsafe.Add(ref words, i + (2 * wordsOfLane)))));
        }

        return Multiply(TwoLanes, first) ^ Multiply(OneLane, second) ^ third;
    }

    /// <summary>The product of two polynomials modulo the CRC's, bits reflected.</summary>
    private static uint Multiply(uint left, uint right)
    {
        var product = 0u;
        for (var bit = One; bit != 0; bit >>= 1)
        {
            // The masks stand in for branches, which the random bits of a CRC would mispredict half the time.
            product ^= right & (uint)-(int)((left & bit) != 0 ? 1 : 0);
            right = (right >> 1) ^ (Polynomial & (uint)-(int)(right & 1));
        }

        return product;
    }

    /// <summary>x to the power of 8 times <paramref name="bytes"/>: what carries a CRC over that many zero bytes.</summary>
    private static uint PowerOfX8(long bytes)
    {
        var power = One;
        for (var square = 3; bytes != 0; bytes >>= 1, square++)
        {
            if ((bytes & 1) != 0)
            {
                power = Multiply(SquaresOfX[square], power);
            }
        }

        return power;
    }

    /// <summary>x^(2^k) for each k that 8 times a long can need.</summary>
    private static uint[] MakeSquaresOfX()
    {
        var squares = new uint[3 + 64];
        squares[0] = One >> 1;
        for (var k = 1; k < squares.Length; k++)
        {
            squares[k] = Multiply(squares[k - 1], squares[k - 1]);
        }

        return squares;
    }
}
