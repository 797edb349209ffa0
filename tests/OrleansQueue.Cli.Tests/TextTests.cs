using System.Text;
using OrleansQueue.Cli.Commands;
using OrleansQueue.Cli.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Tests;

/// <summary>How words and lines are read.</summary>
public sealed class TextTests
{
    [Fact]
    public void Values_of_an_enumeration_are_words_with_dashes()
    {
        Assert.Equal(["fsync", "memory", "os"], Enum.GetValues<Durability>().Select(Words.Of).Order(StringComparer.Ordinal));
        Assert.Equal("drop-oldest", Words.Of(WhenFull.DropOldest));
        Assert.Equal("refuse", Words.Of(WhenFull.Refuse));
    }

    [Theory]
    [InlineData(null, "a:b", null, "a:b")]
    [InlineData("", "a:b", null, "a:b")]
    [InlineData(":", "a:b", "a", "b")]
    [InlineData(":", "a:b:c", "a", "b:c")]
    [InlineData(":", ":b", "", "b")]
    [InlineData(":", "a:", "a", "")]
    [InlineData(":", "ab", null, "ab")]
    [InlineData(":", "", null, "")]
    [InlineData("=>", "a=>b", "a", "b")]
    [InlineData("=>", "a=b", null, "a=b")]
    public void What_stands_before_the_first_separator_is_the_key(string? separator, string line, string? key, string value) =>
        Assert.Equal((key, value), Split(separator, null, line));

    [Theory]
    [InlineData("a:NULL", "a", null)]
    [InlineData("a:NULL ", "a", "NULL ")]
    [InlineData("a:null", "a", "null")]
    [InlineData("NULL", null, null)]
    [InlineData("NULL:x", "NULL", "x")]
    public void A_value_that_is_exactly_the_marker_is_none(string line, string? key, string? value) =>
        Assert.Equal((key, value), Split(":", "NULL", line));

    [Fact]
    public void An_empty_marker_makes_tombstones_of_empty_values() => Assert.Equal(("a", null), Split(":", "", "a:"));

    [Fact]
    public void Bytes_that_are_no_text_are_split_as_they_are()
    {
        var (key, value) = new LineFormat("é", null).Split(new byte[] { 0xFF, 0xC3, 0xA9, 0xC3, 0x00 });

        Assert.Equal([0xFF], key!.Value.ToArray());
        Assert.Equal([0xC3, 0x00], value!.Value.ToArray());
    }

    [Fact]
    public void JSON_lines_keep_texts_as_they_are()
    {
        using var output = new MemoryStream();
        using (var lines = new JsonLines(output))
        {
            lines.Write(line => line.WriteString("a", "<é \"x\"\n>"));
            lines.Write(line => line.WriteNumber("b", 1));
        }

        Assert.Equal("{\"a\":\"<é \\\"x\\\"\\n>\"}\n{\"b\":1}\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    private static (string? Key, string? Value) Split(string? separator, string? nullMarker, string line)
    {
        var (key, value) = new LineFormat(separator, nullMarker).Split(Encoding.UTF8.GetBytes(line));
        return (Text(key), Text(value));

        static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : null;
    }
}
