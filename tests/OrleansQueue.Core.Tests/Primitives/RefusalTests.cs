using FsCheck;
using FsCheck.Fluent;

namespace OrleansQueue.Core.Tests.Primitives;

public sealed class RefusalTests
{
    [Fact]
    public void Sentence_names_field_value_and_limit() => Assert.Equal(
        "key size is 65537; allowed is at most 65536 bytes.",
        Refusal.Of("key size", 65_537, "at most 65536 bytes").ToString());

    [Fact]
    public void Number_is_shown_whole() => Assert.Equal("-9223372036854775808", Refusal.Of("field", long.MinValue, "0").Value);

    [Theory]
    [InlineData("a\r\nb", "a??b")]
    [InlineData("a\u001b[31mred", "a?[31mred")]
    [InlineData("a\u009b31m", "a?31m")] // The one-character form of the ANSI introducer.
    [InlineData("\0\a\b\t\u007f", "?????")]
    [InlineData("a\u0085b", "a?b")] // Next line.
    [InlineData("plain text, \u00e9\u4e16", "plain text, \u00e9\u4e16")]
    [InlineData("\U0001F600", "??")]
    [InlineData("", "")]
    public void Characters_that_could_forge_a_line_or_drive_a_terminal_are_replaced(string text, string shown) =>
        Assert.Equal(shown, Refusal.OfText("field", text, "limit").Value);

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("a?", Refusal.OfText("field", "a" + (char)0xD800, "limit").Value);

    [Fact]
    public void Text_of_100_characters_is_shown_whole_and_more_is_cut()
    {
        Assert.Equal(new string('a', 100), Refusal.OfText("field", new string('a', 100), "limit").Value);
        Assert.Equal(new string('a', 100) + "...", Refusal.OfText("field", new string('a', 101), "limit").Value);
    }

    [Fact]
    public void Text_cut_in_a_surrogate_pair_is_still_text()
    {
        var shown = Refusal.OfText("field", new string('a', 99) + "\U0001F600", "limit").Value;
        Assert.Equal(new string('a', 99) + "?...", shown);
    }

    [Fact]
    public void Any_text_is_shown_on_one_line_without_controls() =>
        Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Choose(0, char.MaxValue).Select(c => (char)c)).Select(c => new string(c))), text =>
        {
            var shown = Refusal.OfText("field", text, "limit").Value;
            Assert.DoesNotContain(shown, c => char.IsControl(c) || char.IsSurrogate(c));
            Assert.InRange(shown.Length, 0, 103);
        }).QuickCheckThrowOnFailure();
}
