using System.Text;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Contracts.Tests.Grains;

/// <summary>A cursor of a queue group has one key, and a key that is nobody's is refused.</summary>
public sealed class QueueCursorKeyTests
{
    private const string Topic = "0197a0000000700080000000000000aa";

    private static readonly TopicId Id = new(new Guid(Topic));

    [Theory]
    [InlineData("billing", 0)]
    [InlineData("b", 9_999)]
    [InlineData("billing", int.MaxValue)]
    [InlineData("a/b", 3)]
    [InlineData("/", 3)]
    [InlineData("//+//", 3)]
    [InlineData("+7/x", 3)]
    [InlineData(" ", 3)]
    [InlineData("Übung 😀", 3)]
    public void Key_of_a_cursor_is_read_as_that_cursor(string group, int partition)
    {
        var key = new QueueCursorKey(group, new(Id, new Partition(partition)));

        Assert.True(key.IsGood);
        Assert.Equal($"{Topic}+{partition}/{group}", key.ToString());
        Assert.Equal(key, QueueCursorKey.Parse(key.ToString()));
    }

    [Fact]
    public void Longest_name_has_a_key()
    {
        var key = new QueueCursorKey(new string('ü', 255), new(Id, new Partition(int.MaxValue)));

        Assert.Equal(key, QueueCursorKey.Parse(key.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("billing")]
    [InlineData(Topic)]
    [InlineData(Topic + "+3")]
    [InlineData(Topic + "+3/")]
    [InlineData(Topic + "/billing")]
    [InlineData(Topic + "+/billing")]
    [InlineData(Topic + "+-1/billing")]
    [InlineData(Topic + "++1/billing")]
    [InlineData(Topic + "+03/billing")]
    [InlineData(Topic + "+ 3/billing")]
    [InlineData(Topic + "+3 /billing")]
    [InlineData(Topic + "+3x/billing")]
    [InlineData(Topic + "+2147483648/billing")]
    [InlineData(Topic + "-3/billing")]
    [InlineData(Topic + "3/billing")]
    [InlineData(Topic + "+3/a\nb")]
    [InlineData("0197A0000000700080000000000000AA+3/billing")]
    [InlineData("0197a000-0000-7000-8000-0000000000aa+3/billing")]
    [InlineData("0197a000000070008000000000000/billing")]
    [InlineData("0197a0000000700080000000000000ag+3/billing")]
    [InlineData(" " + Topic + "+3/billing")]
    public void Key_of_no_cursor_is_refused(string? key)
    {
        Assert.False(QueueCursorKey.TryParse(key, out var parsed));
        Assert.Equal(default, parsed);
        Assert.Contains("key of a queue cursor", Assert.Throws<FormatException>(() => QueueCursorKey.Parse(key ?? "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_that_is_too_long_or_half_a_character_has_no_key()
    {
        Assert.False(QueueCursorKey.TryParse($"{Topic}+3/{new string('x', 256)}", out _));
        Assert.False(QueueCursorKey.TryParse($"{Topic}+3/\ud83d", out _));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a\nb", 0)]
    [InlineData("billing", -1)]
    [InlineData("billing", int.MinValue)]
    public void What_may_not_be_is_not_good(string group, int partition) => Assert.False(new QueueCursorKey(group, new(Id, new Partition(partition))).IsGood);

    [Theory]
    [InlineData("billing")]
    [InlineData("a/b")]
    public void Cursor_and_partition_are_named_alike_up_to_the_group(string group)
    {
        var cursor = new QueueCursorKey(group, new(Id, new Partition(12))).ToString();
        var partition = $"{Topic}+12";

        Assert.Equal(partition, Encoding.UTF8.GetString(QueueCursorKey.PartitionOf(Encoding.UTF8.GetBytes(cursor))));
        Assert.Equal(partition, Encoding.UTF8.GetString(QueueCursorKey.PartitionOf(Encoding.UTF8.GetBytes(partition))));
    }
}
