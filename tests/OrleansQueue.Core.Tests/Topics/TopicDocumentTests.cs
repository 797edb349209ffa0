using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>The written form of a topic: what an older version wrote is read for ever, what is written today is what is checked in.</summary>
public sealed class TopicDocumentTests
{
    public static TheoryData<string, TopicDescription> CheckedIn => new()
    {
        { "topic-plain.json", TopicExamples.Plain },
        { "topic-full.json", TopicExamples.Full },
        { "topic-endless.json", TopicExamples.Endless },
        { "topic-dead-letters.json", TopicExamples.DeadLetters },
    };

    [Theory]
    [MemberData(nameof(CheckedIn))]
    public void Document_that_is_checked_in_is_read_and_written_the_same_today(string file, TopicDescription topic)
    {
        var golden = TopicExamples.Golden(file);

        Assert.Equal(topic, TopicDocument.Read(Encoding.UTF8.GetBytes(golden)).ToDescription(new()));
        Assert.Equal(golden, Encoding.UTF8.GetString(TopicDocument.Write(TopicDocument.Of(topic, FormatLevel.First))));
    }

    [Fact]
    public void Any_time_of_retention_comes_back_to_the_millisecond()
    {
        foreach (var time in new[] { TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1_001), TimeSpan.MaxValue })
        {
            var topic = TopicExamples.Plain with { Settings = new TopicSettings { RetentionTime = time } };
            var read = TopicDocument.Read(TopicDocument.Write(TopicDocument.Of(topic, FormatLevel.First))).ToDescription(new()).Settings.RetentionTime;
            Assert.Equal((long)time.TotalMilliseconds, (long)read!.Value.TotalMilliseconds);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":1}")]
    [InlineData("\0\0\0")]
    public void What_is_no_topic_is_damage(string text) => Assert.Throws<InvalidDataException>(() => TopicDocument.Read(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("\"durability\":\"Fsync\"", "\"durability\":\"Later\"")]
    [InlineData("\"partitions\":4", "\"partitions\":\"four\"")]
    [InlineData("}", "")]
    public void Field_that_cannot_be_read_is_damage(string from, string to)
    {
        var text = TopicExamples.Golden("topic-plain.json").Replace(from, to, StringComparison.Ordinal);

        Assert.StartsWith("A topic document cannot be read: ", Assert.Throws<InvalidDataException>(() => TopicDocument.Read(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Document_of_another_format_is_not_guessed_at(int format)
    {
        var text = TopicExamples.Golden("topic-plain.json").Replace("\"format\":1", $"\"format\":{format}", StringComparison.Ordinal);
        var document = TopicDocument.Read(Encoding.UTF8.GetBytes(text));

        var error = Assert.Throws<FormatLevelException>(() => document.ToDescription(new()));
        Assert.StartsWith($"The document of topic plain is at format level {format}, and this version knows levels 1 to 2. ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Topic_of_level_2_is_written_as_it_always_was()
    {
        var golden = TopicExamples.Golden("topic-fixed.json");
        Assert.Equal(TopicExamples.Fixed, TopicDocument.Read(Encoding.UTF8.GetBytes(golden)).ToDescription(new()));
        Assert.Equal(golden, Encoding.UTF8.GetString(TopicDocument.Write(TopicDocument.Of(TopicExamples.Fixed, new(2)))));
    }

    [Fact]
    public void Field_that_a_later_version_added_is_passed_over()
    {
        var text = TopicExamples.Golden("topic-plain.json").Replace("\"format\":1", "\"format\":1,\"later\":{\"a\":[1]}", StringComparison.Ordinal);

        Assert.Equal(TopicExamples.Plain, TopicDocument.Read(Encoding.UTF8.GetBytes(text)).ToDescription(new()));
    }
}
