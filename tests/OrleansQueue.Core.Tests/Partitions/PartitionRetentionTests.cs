using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Log;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>When retention has something to do, and what it does then.</summary>
public sealed class PartitionRetentionTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TopicSettings OneHour = new() { RetentionTime = Hour };

    [Fact]
    public async Task Next_retention_is_when_the_oldest_segment_is_past_its_time()
    {
        await using var bench = new PartitionBench(OneHour);
        Assert.Null(await NextAsync(bench));
        await bench.AppendAsync("0");
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.AppendAsync("1");
        var due = Timestamp.Now(bench.Clock).Plus(Hour).Plus(TimeSpan.FromMilliseconds(1));
        Assert.Equal(due, await NextAsync(bench));

        bench.Clock.Advance(Hour);
        Assert.Equal(due, await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(2, (await bench.ReadAsync()).Count);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.IsType<FetchResult.Overtaken>(await bench.FetchAsync());
    }

    [Fact]
    public async Task Partition_that_keeps_its_records_for_ever_has_nothing_to_do()
    {
        await using var bench = new PartitionBench(new TopicSettings { RetentionTime = null });
        await bench.AppendAsync("0");
        bench.Clock.Advance(TimeSpan.FromDays(3_000));

        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.Single(await bench.ReadAsync());
    }

    [Fact]
    public async Task Changed_retention_changes_the_time()
    {
        await using var bench = new PartitionBench(new TopicSettings { RetentionTime = null });
        await bench.AppendAsync("0");
        await bench.Server.ApplyAsync(OneHour);
        Assert.Equal(Timestamp.Now(bench.Clock).Plus(Hour).Plus(TimeSpan.FromMilliseconds(1)), await NextAsync(bench));

        await bench.Server.ApplyAsync(new TopicSettings { RetentionTime = null });
        Assert.Null(await NextAsync(bench));
    }

    [Fact]
    public async Task Log_that_cannot_be_written_for_a_moment_is_looked_at_again()
    {
        await using var bench = new PartitionBench(OneHour);
        await bench.AppendAsync("0");
        bench.Store.OnAppend = () => throw new IOException("broken");
        await Assert.ThrowsAsync<IOException>(() => bench.ProduceAsync("1"));
        bench.Store.OnAppend = null;
        bench.Clock.Advance(2 * Hour);

        Assert.Equal(bench.InAMinute, await bench.Server.ApplyRetentionAsync(default));

        await bench.AppendAsync("1");
        bench.Clock.Advance(2 * Hour);
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.IsType<FetchResult.Overtaken>(await bench.FetchAsync());
    }

    [Fact]
    public async Task Segments_go_one_after_another_as_their_times_come()
    {
        await using var bench = new PartitionBench(OneHour, new() { SegmentBytes = 1_000 });
        for (var i = 0; i < 6; i++)
        {
            await bench.AppendSizeAsync(700);
            bench.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        for (var start = 0L; await NextAsync(bench) is { } next;)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(next.UnixMilliseconds - Timestamp.Now(bench.Clock).UnixMilliseconds));
            await bench.Server.ApplyRetentionAsync(default);
            Assert.Equal(++start, (await bench.Server.DescribeAsync())!.LogStart.Value);
        }

        Assert.Equal(6, (await bench.Server.DescribeAsync())!.LogStart.Value);
    }

    [Fact]
    public Task Deletion_that_failed_half_way_is_ended_and_until_then_readers_come_again() => OneScheduler.RunAsync(async () =>
    {
        var store = new HalfDeletingStore(new MemoryLogStore(FileStores.Id)) { AfterTheFirst = () => throw new IOException("busy") };
        await using var bench = new PartitionBench(OneHour, new() { SegmentBytes = 1_000, TailCacheBudget = new(0) }, store);
        for (var i = 0; i < 3; i++)
        {
            await bench.AppendSizeAsync(700);
        }

        bench.Clock.Advance(2 * Hour);
        await Assert.ThrowsAsync<IOException>(() => bench.Server.ApplyRetentionAsync(default).AsTask());
        bench.Server.Idle();
        bench.Server.Idle();
        Assert.Equal(bench.InAMinute, await NextAsync(bench));
        Assert.Equal(new FetchResult.Throttled(bench.Options.ThrottleTime), await bench.FetchAsync());
        Assert.IsType<FetchResult.Fetched>(await bench.FetchAsync(1));

        store.AfterTheFirst = null;
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.Equal(3, Assert.IsType<FetchResult.Overtaken>(await bench.FetchAsync()).LogStart.Offset.Value);
    });

    [Fact]
    public async Task Deletion_for_want_of_bytes_that_failed_is_due_though_nothing_has_a_time()
    {
        var store = new HalfDeletingStore(new MemoryLogStore(FileStores.Id)) { AfterTheFirst = () => throw new IOException("busy") };
        await using var bench = new PartitionBench(
            new TopicSettings { RetentionTime = null, RetentionBytes = 2_000, WhenFull = WhenFull.DropOldest }, new() { SegmentBytes = 1_000 }, store);
        for (var i = 0; i < 6; i++)
        {
            await bench.AppendSizeAsync(700);
        }

        Assert.Contains("retention busy", bench.Told.All);
        Assert.Equal(bench.InAMinute, await NextAsync(bench));
        store.AfterTheFirst = null;
        Assert.Null(await bench.Server.ApplyRetentionAsync(default));
        Assert.IsType<FetchResult.Overtaken>(await bench.FetchAsync());
    }

    [Fact]
    public Task Owner_that_retention_tells_that_it_was_replaced_serves_nothing_more_and_leaves_the_rest_to_the_next() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench(OneHour);
        await bench.AppendAsync("0");
        var waiting = bench.FetchAsync(1, waitSeconds: 5);
        await using var next = bench.NewServer();
        Assert.NotNull(await next.DescribeAsync());
        bench.Clock.Advance(2 * Hour);

        var again = bench.InAMinute;
        Assert.Equal(again, await bench.Server.ApplyRetentionAsync(default));
        Assert.True(bench.Server.IsLost);
        Assert.IsType<FetchResult.Fenced>(await waiting);
        Assert.IsType<FetchResult.Fenced>(await bench.FetchAsync());
        Assert.Equal(again, await bench.Server.ApplyRetentionAsync(default));
        Assert.Null(await next.ApplyRetentionAsync(default));
    });

    [Fact]
    public async Task Owner_that_learns_that_it_was_replaced_as_it_drops_the_oldest_serves_nothing_more()
    {
        await using var bench = new PartitionBench(
            new TopicSettings { RetentionTime = null, RetentionBytes = 2_000, WhenFull = WhenFull.DropOldest }, new() { SegmentBytes = 1_000 });
        await using var next = bench.NewServer();
        bench.Store.OnDelete = async () => await next.DescribeAsync();
        for (var i = 0; !bench.Server.IsLost; i++)
        {
            Assert.Equal(i, (await bench.AppendSizeAsync(700)).Value);
            Assert.True(i < 10);
        }

        Assert.IsType<FetchResult.Fenced>(await bench.FetchAsync());
        Assert.Equal(new Offset(0), (await next.DescribeAsync())!.LogStart);
    }

    private static async Task<Timestamp?> NextAsync(PartitionBench bench) => await bench.Server.NextRetentionAsync(default);
}
