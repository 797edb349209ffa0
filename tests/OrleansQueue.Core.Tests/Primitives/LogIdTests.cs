using FsCheck;
using FsCheck.Fluent;

namespace OrleansQueue.Core.Tests.Primitives;

public sealed class LogIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("z9")]
    [InlineData("p-0123456789abcdef-00001")]
    [InlineData("a-")]
    [InlineData("a--b")]
    public void Name_of_small_letters_digits_and_hyphens_is_taken(string name)
    {
        Assert.True(LogId.TryParse(name, out var log));
        Assert.Equal(name, log.Name);
        Assert.Equal(name, log.ToString());
        Assert.Equal(log, LogId.Parse(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a..")]
    [InlineData("../a")]
    [InlineData("..\\a")]
    [InlineData("/")]
    [InlineData("/a")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a//b")]
    [InlineData("a%2fb")]
    [InlineData("c:")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData(" a")]
    [InlineData("a\0")]
    [InlineData("\0")]
    [InlineData("a\n")]
    [InlineData("a\r\nb")]
    [InlineData("a\u001b[31m")]
    [InlineData("A")]
    [InlineData("aB")]
    [InlineData("CON")]
    [InlineData("0a")]
    [InlineData("-a")]
    [InlineData("~")]
    [InlineData("a*")]
    [InlineData("\u0430")] // Cyrillic a.
    [InlineData("a\u0430")]
    [InlineData("\uFF41")] // Full-width a.
    [InlineData("\u00E9")] // e with an acute accent, composed.
    [InlineData("e\u0301")] // The same, decomposed.
    [InlineData("a\u0661")] // Arabic digit one.
    [InlineData("a\u2010b")] // Hyphen that is not the hyphen-minus.
    [InlineData("a\u200B")] // Zero-width space.
    [InlineData("\u0131")] // Dotless i.
    public void Name_of_anything_else_is_refused(string name)
    {
        Assert.False(LogId.TryParse(name, out var log));
        Assert.Equal(default, log);
        Assert.Throws<FormatException>(() => LogId.Parse(name));
    }

    [Fact]
    public void Null_is_refused() => Assert.False(LogId.TryParse(null, out _));

    [Fact]
    public void Name_of_100_characters_is_taken_and_one_of_101_is_refused()
    {
        Assert.True(LogId.TryParse(new string('a', 100), out _));
        Assert.False(LogId.TryParse(new string('a', 101), out _));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.False(LogId.TryParse("a" + (char)0xD800, out _));

    [Fact]
    public void Refusal_of_a_hostile_name_is_safe_to_log()
    {
        var e = Assert.Throws<FormatException>(() => LogId.Parse("a\r\n2025-01-01 all is well\u001b[2J"));
        Assert.Equal(
            "log name is a??2025-01-01 all is well?[2J; allowed is 1 to 100 of a-z, 0-9 and -, beginning with a letter.",
            e.Message);
    }

    [Fact]
    public void Refusal_of_a_long_name_is_short() =>
        Assert.InRange(Assert.Throws<FormatException>(() => LogId.Parse(new string('A', 1_000_000))).Message.Length, 1, 200);

    [Theory]
    [InlineData(0, "p-000102030405060708090a0b0c0d0e0f-00000")]
    [InlineData(99_999, "p-000102030405060708090a0b0c0d0e0f-99999")]
    [InlineData(100_000, "p-000102030405060708090a0b0c0d0e0f-100000")]
    public void Log_of_a_partition_is_named_by_the_topics_id(int partition, string name)
    {
        var topic = new TopicId(Guid.ParseExact("000102030405060708090a0b0c0d0e0f", "N"));
        var log = LogId.ForPartition(topic, new(partition));
        Assert.Equal(name, log.Name);
        Assert.Equal(log, LogId.Parse(name));
    }

    [Fact]
    public void Log_that_was_never_named_has_no_name()
    {
        Assert.Throws<InvalidOperationException>(() => default(LogId).Name);
        Assert.Equal("", default(LogId).ToString());
    }

    [Fact]
    public void Any_name_that_is_taken_stays_within_its_folder() =>
        Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Elements("ab09-./\\:_A\0%~ \u0430".ToCharArray())).Select(c => new string(c))), name =>
        {
            if (LogId.TryParse(name, out _))
            {
                Assert.Equal(name, Path.GetFileName(name));
                Assert.Equal("/logs/" + name, Path.GetFullPath(name, "/logs"));
            }
        }).QuickCheckThrowOnFailure();
}
