using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansQueue.Documents;

/// <summary>
/// Turns any text into a file name that every file system takes and that no other text has: lower-case letters, digits, '-'
/// and '_' stay, every other byte of its UTF-8 becomes %xx, upper-case letters too, since some file systems do not tell them
/// from lower-case ones. Half a character, which UTF-8 cannot write, becomes %u and its four digits. A long name becomes a mark
/// and its SHA-256. No mark looks like an escape, so a marked name is never that of another text.
/// </summary>
internal static class FileNames
{
    private const int MaxLength = 180;

    public static string Of(string text)
    {
        var name = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) == OperationStatus.Done)
            {
                Append(name, bytes[..rune.EncodeToUtf8(bytes)]);
            }
            else
            {
                name.Append(CultureInfo.InvariantCulture, $"%u{(int)rest[0]:x4}");
            }

            rest = rest[used..];
        }

        // The names of devices on Windows have four letters at most.
        return name.Length switch
        {
            0 => "%empty",
            <= 4 => "%-" + name,
            > MaxLength => "%sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name.ToString()))),
            _ => name.ToString(),
        };
    }

    private static void Append(StringBuilder name, ReadOnlySpan<byte> utf8)
    {
        foreach (var b in utf8)
        {
            var c = (char)b;
            _ = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'
                ? name.Append(c)
                : name.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
        }
    }
}
