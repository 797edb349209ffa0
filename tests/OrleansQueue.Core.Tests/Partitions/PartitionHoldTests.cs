using OrleansQueue.Broker;
using OrleansQueue.Partitions;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>Retention asks who needs what is past its time, and leaves that.</summary>
public sealed class PartitionHoldTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TopicSettings OneHour = new() { RetentionTime = Hour };

    [Fact]
    public async Task Segments_that_a_group_needs_stay_and_it_is_asked_again_in_a_minute()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Holds.OnFind = static () => new RetentionHold("billing", new Offset(2));
        bench.Clock.Advance(2 * Hour);

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(bench.InAMinute, await bench.Server.ApplyRetentionAsync(default));
            var status = (await bench.Server.DescribeAsync())!;
            Assert.Equal((2, "billing"), (status.LogStart.Value, status.HeldBy));
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["held by billing at 2"], bench.Told.All);
        bench.Holds.OnFind = static () => null;
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        var end = (await bench.Server.DescribeAsync())!;
        Assert.Equal((4, null), (end.LogStart.Value, end.HeldBy));
    }

    [Fact]
    public async Task Each_group_that_comes_to_hold_something_is_told_of()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Clock.Advance(2 * Hour);
        foreach (var group in new[] { "billing", "mails", "mails", "billing" })
        {
            bench.Holds.OnFind = () => new RetentionHold(group, Offset.Zero);
            await bench.Server.ApplyRetentionAsync(default);
        }

        Assert.Equal(["held by billing at 0", "held by mails at 0", "held by billing at 0"], bench.Told.All);
    }

    [Fact]
    public async Task Whoever_needs_nothing_that_is_past_its_time_holds_nothing()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Holds.OnFind = static () => new RetentionHold("billing", new Offset(4));
        bench.Clock.Advance(2 * Hour);

        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(4, (await bench.Server.DescribeAsync())!.LogStart.Value);
        Assert.Empty(bench.Told.All);
    }

    [Fact]
    public async Task What_comes_while_groups_are_asked_stays_however_old_it_is_then()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Clock.Advance(2 * Hour);
        Task appending = Task.CompletedTask;
        bench.Holds.OnFind = () =>
        {
            appending = bench.AppendSizeAsync(700);
            bench.Clock.Advance(2 * Hour);
            return null;
        };

        await bench.Server.ApplyRetentionAsync(default);
        await appending;
        Assert.Equal((4, 5), ((await bench.Server.DescribeAsync())!.LogStart.Value, (await bench.Server.DescribeAsync())!.HighWatermark.Value));
        bench.Holds.OnFind = static () => null;
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(5, (await bench.Server.DescribeAsync())!.LogStart.Value);
    }

    [Fact]
    public async Task Nobody_is_asked_before_something_is_past_its_time()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Clock.Advance(Hour);
        Assert.NotNull(await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(0, bench.Holds.Asked);

        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(1, bench.Holds.Asked);
    }

    [Fact]
    public async Task Nothing_goes_while_somebody_does_not_answer()
    {
        await using var bench = await FilledAsync(OneHour);
        bench.Holds.OnFind = static () => throw new BrokerUnavailableException("silent");
        bench.Clock.Advance(2 * Hour);

        Assert.Equal(bench.InAMinute, await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(0, (await bench.Server.DescribeAsync())!.LogStart.Value);
        Assert.Equal(["retention silent"], bench.Told.All);
    }

    [Fact]
    public async Task What_is_past_its_time_is_not_dropped_with_the_oldest_where_a_group_needs_it()
    {
        // There is room for more, so only their time speaks against the records.
        await using var bench = await FilledAsync(OneHour with { RetentionBytes = 20_000, WhenFull = WhenFull.DropOldest });
        bench.Holds.OnFind = static () => new RetentionHold("billing", Offset.Zero);
        bench.Clock.Advance(2 * Hour);
        await bench.AppendSizeAsync(700);
        await bench.AppendSizeAsync(700);

        Assert.Equal(bench.InAMinute, await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(0, (await bench.Server.DescribeAsync())!.LogStart.Value);
    }

    [Fact]
    public async Task A_topic_that_drops_its_oldest_when_it_is_full_asks_nobody()
    {
        await using var bench = await FilledAsync(new TopicSettings { RetentionTime = null, RetentionBytes = 2_000, WhenFull = WhenFull.DropOldest });
        bench.Holds.OnFind = static () => throw new BrokerUnavailableException("silent");
        await bench.AppendSizeAsync(700);

        Assert.True((await bench.Server.DescribeAsync())!.LogStart.Value > 0);
        Assert.Equal(0, bench.Holds.Asked);
    }

    /// <summary>A partition of four records, each in a segment of its own.</summary>
    private static async Task<PartitionBench> FilledAsync(TopicSettings settings)
    {
        var bench = new PartitionBench(settings, new() { SegmentBytes = 1_000 });
        for (var i = 0; i < 4; i++)
        {
            await bench.AppendSizeAsync(700);
        }

        return bench;
    }
}
