using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansQueue.Documents;

/// <summary>
/// Turns any text into a file name that every file system takes and that no other text has: lower-case letters, digits, '-'
/// and '_' stay, every other byte of its UTF-8 becomes %xx, upper-case letters too, since some file systems do not tell them
/// from lower-case ones. A long text becomes '%' and its SHA-256.
/// </summary>
internal static class FileNames
{
    private const int MaxLength = 180;

    public static string Of(string text)
    {
        var name = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            _ = char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'
                ? name.Append(c)
                : name.Append(CultureInfo.InvariantCulture, $"%{b:x2}");
        }

        // An empty text and the names of devices on Windows get a mark that no escape begins with.
        return name.Length switch
        {
            0 => "%empty",
            <= 4 => "%-" + name,
            > MaxLength => "%" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
            _ => name.ToString(),
        };
    }
}
