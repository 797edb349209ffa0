using System.Security.Cryptography;

namespace OrleansQueue;

/// <summary>Names what has a name of any length and any characters: the first half of its SHA-256. It is part of the stored form.</summary>
internal static class ShortDigest
{
    private const int Bytes = 16;

    /// <summary>32 lower-case hex digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, Bytes));
}
