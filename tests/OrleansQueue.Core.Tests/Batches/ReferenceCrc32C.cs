namespace OrleansQueue.Core.Tests.Batches;

/// <summary>CRC-32C bit by bit as the polynomial defines it: too slow to use and too plain to be wrong.</summary>
internal static class ReferenceCrc32C
{
    private const uint ReflectedPolynomial = 0x82F63B78;

    private static readonly uint[] OfByte = [.. Enumerable.Range(0, 256).Select(b => EightSteps((uint)b))];

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var state = ~0u;
        foreach (var next in bytes)
        {
            state = EightSteps(state ^ next);
        }

        return ~state;
    }

    /// <summary>The same with a table of the 256 bytes, for inputs of megabytes.</summary>
    public static uint ComputeByTable(ReadOnlySpan<byte> bytes)
    {
        var state = ~0u;
        foreach (var next in bytes)
        {
            state = OfByte[(byte)(state ^ next)] ^ (state >> 8);
        }

        return ~state;
    }

    private static uint EightSteps(uint state)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            state = (state & 1) != 0 ? (state >> 1) ^ ReflectedPolynomial : state >> 1;
        }

        return state;
    }
}
