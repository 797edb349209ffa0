using System.Security.Cryptography;
using System.Text;
using OrleansQueue.Documents;

namespace OrleansQueue.Core.Tests.Documents;

/// <summary>Any text becomes a file name that every file system takes, and no two texts become one.</summary>
public sealed class FileNamesTests
{
    private static readonly string[] Devices =
        ["CON", "con", "PRN", "aux", "nul", "COM0", "com1", "COM9", "lpt1", "LPT9", "com\u00B9", "CONIN$", "conout$", "nul.txt", "con.", "con "];

    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("a-b_c09", "a-b_c09")]
    [InlineData("Orders", "%4frders")]
    [InlineData("a/b c", "a%2fb%20c")]
    [InlineData("na\u00EFve", "na%c3%afve")]
    [InlineData("", "%empty")]
    [InlineData("con", "%-con")]
    [InlineData("com1", "%-com1")]
    [InlineData(".", "%-%2e")]
    [InlineData("..", "%2e%2e")]
    [InlineData("%2e%2e", "%252e%252e")]
    public void Names_are_written_like_this(string text, string name) => Assert.Equal(name, FileNames.Of(text));

    [Fact]
    public void Half_a_character_is_written_too() => Assert.Equal("key-%ud83d", FileNames.Of("key-" + '\uD83D'));

    [Fact]
    public void Long_text_becomes_a_short_name()
    {
        var expected = "%sha256-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(new string('a', 181))));

        Assert.Equal(expected, FileNames.Of(new string('a', 181)));
        Assert.Equal(new string('a', 180), FileNames.Of(new string('a', 180)));
    }

    [Fact]
    public void Names_hold_only_what_every_file_system_takes()
    {
        foreach (var name in Texts().Select(FileNames.Of))
        {
            Assert.InRange(name.Length, 3, 180);
            Assert.All(name, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '%', $"{name} holds {c}."));
        }
    }

    [Fact]
    public void No_name_is_that_of_a_device() =>
        Assert.All(Devices, device => Assert.DoesNotContain(FileNames.Of(device).Split('.')[0].TrimEnd(), Devices, StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void No_two_texts_share_a_name_also_where_letters_of_both_cases_are_the_same()
    {
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in Texts().Distinct(StringComparer.Ordinal))
        {
            Assert.True(byName.TryAdd(FileNames.Of(text), text), $"'{text}' and '{byName.GetValueOrDefault(FileNames.Of(text))}' are both {FileNames.Of(text)}.");
        }
    }

    [Fact]
    public void Text_that_looks_like_the_name_of_a_long_one_has_another_name()
    {
        for (var i = 0; i < 5_000; i++)
        {
            var name = FileNames.Of(new string('a', 181 + i));
            var hash = name[^64..];

            // Where the name were a bare mark and the hash, a text that begins with the character of the first two digits would share it.
            var twin = (char)Convert.ToByte(hash[..2], 16) + hash[2..];
            Assert.NotEqual(name, FileNames.Of(twin));
            Assert.NotEqual("%" + hash, name);
        }
    }

    /// <summary>Texts that are easily taken for one another.</summary>
    private static IEnumerable<string> Texts()
    {
        string[] marks = ["", "%", "%-", "%empty", "empty", "%25", "%2", "%-a", "-a", "a", "%sha256-", "%u", "%ud83d"];
        string[] parts = ["A", "a", "b", "/", "\\", ".", "..", "%", "%2f", "%2F", "2f", "\0", " ", "\u00E9", "e\u0301", "\uD83D", "\uDE00", "\uD83D\uDE00", "\uFFFD", "ud83d"];
        foreach (var device in Devices.Concat(marks))
        {
            yield return device;
        }

        foreach (var first in parts)
        {
            foreach (var second in parts)
            {
                yield return first + second;
                yield return "topic" + first + second;
                yield return new string('x', 175) + first + second;
                yield return new string('x', 200) + first + second;
                yield return FileNames.Of(first + second);
            }
        }
    }
}
