using OrleansQueue.Batches;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

public sealed class TopicSettingsTests
{
    [Fact]
    public void Defaults_are_what_the_documentation_says()
    {
        var settings = new TopicSettings();

        Assert.Null(settings.Check());
        Assert.Equal((4, Durability.Fsync, TimeSpan.FromDays(7)), (settings.Partitions, settings.Durability, settings.RetentionTime));
        Assert.Equal((null, WhenFull.Refuse, TimestampKind.Append, false), (settings.RetentionBytes, settings.WhenFull, settings.Timestamps, settings.AcceptForeignCodecs));
    }

    public static TheoryData<TopicSettings> AtTheLimits =>
    [
        new() { Partitions = 1 },
        new() { Partitions = 10_000 },
        new() { RetentionTime = null },
        new() { RetentionTime = TimeSpan.FromSeconds(1) },
        new() { RetentionTime = TimeSpan.MaxValue },
        new() { RetentionBytes = 1 },
        new() { RetentionBytes = long.MaxValue },
    ];

    [Theory]
    [MemberData(nameof(AtTheLimits))]
    public void Settings_at_the_limits_pass(TopicSettings settings) => Assert.Null(settings.Check());

    public static TheoryData<TopicSettings, string> BeyondTheLimits => new()
    {
        { new() { Partitions = 0 }, "partitions is 0; allowed is 1 to 10000." },
        { new() { Partitions = 10_001 }, "partitions is 10001; allowed is 1 to 10000." },
        { new() { Durability = (Durability)(-1) }, "durability is -1; allowed is fsync, os or memory." },
        { new() { Durability = (Durability)3 }, "durability is 3; allowed is fsync, os or memory." },
        { new() { RetentionTime = TimeSpan.FromTicks(9_999_999) }, "retention time is 00:00:00.9999999; allowed is 1 second or more." },
        { new() { RetentionTime = TimeSpan.Zero }, "retention time is 00:00:00; allowed is 1 second or more." },
        { new() { RetentionBytes = 0 }, "retention bytes is 0; allowed is 1 or more." },
        { new() { RetentionBytes = -1 }, "retention bytes is -1; allowed is 1 or more." },
        { new() { WhenFull = (WhenFull)(-1) }, "when full is -1; allowed is refuse or drop-oldest." },
        { new() { WhenFull = (WhenFull)2 }, "when full is 2; allowed is refuse or drop-oldest." },
        { new() { Timestamps = (TimestampKind)(-1) }, "timestamps is -1; allowed is append or create." },
        { new() { Timestamps = (TimestampKind)2 }, "timestamps is 2; allowed is append or create." },
    };

    [Theory]
    [MemberData(nameof(BeyondTheLimits))]
    public void Settings_beyond_the_limits_are_refused(TopicSettings settings, string sentence)
    {
        Assert.Equal(sentence, settings.Check()?.ToString());
        Assert.Equal(sentence, settings.CheckChange(settings with { Partitions = 1 })?.ToString());
    }

    [Fact]
    public void Partitions_can_grow_and_not_shrink()
    {
        var before = new TopicSettings { Partitions = 4 };

        Assert.Null((before with { Partitions = 5 }).CheckChange(before));
        Assert.Null((before with { Partitions = 4 }).CheckChange(before));
        Assert.Equal("partitions is 3; allowed is 4 or more, as partitions cannot be taken away.", (before with { Partitions = 3 }).CheckChange(before)?.ToString());
    }

    [Fact]
    public void Durability_stays_as_it_was_created()
    {
        var before = new TopicSettings { Durability = Durability.Os };

        Assert.Null(before.CheckChange(before));
        Assert.Equal("durability is Fsync; allowed is Os, as it was created.", new TopicSettings().CheckChange(before)?.ToString());
    }

    [Fact]
    public void Whose_dead_letters_a_topic_holds_stays_as_it_was_created()
    {
        var before = TopicExamples.DeadLetters.Settings;

        Assert.Null((before with { RetentionTime = null }).CheckChange(before));
        Assert.Equal(
            "dead letters of is nobody; allowed is topic orders.v2, group billing, as it was created.", (before with { DeadLettersOf = null }).CheckChange(before)?.ToString());
        Assert.Equal(
            "dead letters of is topic orders.v2, group billing; allowed is nobody, as it was created.", before.CheckChange(before with { DeadLettersOf = null })?.ToString());
    }

    [Fact]
    public void All_else_can_be_changed() => Assert.Null(
        new TopicSettings { RetentionTime = null, RetentionBytes = 5, WhenFull = WhenFull.DropOldest, Timestamps = TimestampKind.Create, AcceptForeignCodecs = true }
            .CheckChange(new TopicSettings()));

    [Fact]
    public void A_topic_whose_growth_is_refused_does_not_grow_until_that_is_changed()
    {
        var before = new TopicSettings { Partitions = 4, FixedPartitions = true };
        Assert.Equal("partitions is 5; allowed is 4, as the topic's growth is refused.", (before with { Partitions = 5 }).CheckChange(before)?.ToString());
        Assert.Null((before with { RetentionTime = null }).CheckChange(before));
        Assert.Null((before with { Partitions = 5, FixedPartitions = false }).CheckChange(before));
        Assert.Null((before with { Partitions = 5 }).CheckChange(before with { FixedPartitions = false }));
    }
}
