using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class LogRetentionTests
{
    private static readonly Retention Hour = new(TimeSpan.FromHours(1));

    [Fact]
    public async Task Segments_past_their_time_go_whole_and_the_rest_stays()
    {
        var bench = await FilledAsync(minutes: 100);
        Assert.NotEqual(0, await ApplyAsync(bench, Hour));
        var start = bench.Log.Offsets.LogStart.Value;

        // The record that is a minute younger than the limit is kept with all that shares its segment, and no more.
        Assert.InRange(start, 25, 40);
        await bench.AssertHoldsAsync(100, start);
        Assert.Equal(0, await ApplyAsync(bench, Hour));
        await bench.OpenAsync();
        Assert.Equal(start, bench.Log.Offsets.LogStart.Value);
        await bench.AssertHoldsAsync(100, start);
    }

    [Fact]
    public async Task Bytes_go_from_the_oldest_while_as_many_as_asked_for_stay()
    {
        var bench = await FilledAsync(minutes: 100);
        var all = await BytesAsync(bench);
        await ApplyAsync(bench, new Retention(null, 5_000));
        var left = await BytesAsync(bench);
        Assert.InRange(left, 5_000, 5_000 + bench.Options.SegmentBytes);
        Assert.True(left < all);
        await bench.AssertHoldsAsync(100, bench.Log.Offsets.LogStart.Value);
        Assert.Equal(0, await ApplyAsync(bench, new Retention(null, 5_000)));
    }

    [Fact]
    public async Task What_a_protected_group_needs_stays()
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromDays(30));
        await ApplyAsync(bench, Hour, protectedFrom: 50);
        Assert.InRange(bench.Log.Offsets.LogStart.Value, 20, 50);
        await bench.AssertHoldsAsync(100, 50);
        var start = bench.Log.Offsets.LogStart;
        Assert.Equal(0, await ApplyAsync(bench, Hour, protectedFrom: 50));
        await ApplyAsync(bench, Hour, protectedFrom: 100);
        Assert.NotEqual(start, bench.Log.Offsets.LogStart);
        Assert.Equal(new Offset(100), bench.Log.Offsets.LogStart);
    }

    [Fact]
    public async Task An_idle_partition_empties_and_goes_on_where_it_was()
    {
        var bench = await FilledAsync(minutes: 3);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, await ApplyAsync(bench, Hour));
        Assert.Equal("3 <= 3 <= 3 <= 3", bench.Log.Offsets.ToString());
        Assert.Equal(0, await ApplyAsync(bench, Hour));
        await bench.OpenAsync();
        Assert.Equal("3 <= 3 <= 3 <= 3", bench.Log.Offsets.ToString());
        Assert.Equal(new Offset(3), await bench.AppendSomeAsync());
        await bench.AssertHoldsAsync(4, 3);
    }

    [Fact]
    public async Task An_empty_log_has_nothing_to_delete() => Assert.Equal(0, await ApplyAsync(await LogBench.OpenAsync(), Hour));

    [Fact]
    public async Task A_producer_is_remembered_though_its_records_are_gone()
    {
        var bench = await LogBench.OpenAsync();
        await bench.AppendAsync(LogBench.Produced(0));
        bench.Clock.Advance(TimeSpan.FromHours(2));
        await ApplyAsync(bench, Hour);
        Assert.Equal(new Offset(1), bench.Log.Offsets.LogStart);
        await bench.OpenAsync();
        Assert.Equal(new ProduceResult.Duplicate(new Offset(0), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(0)));
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_producer_is_remembered_though_its_records_are_gone_and_the_power_was_lost(bool wasKept)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var disk = new ForgetfulDisk();
            var bench = await OpenAsync(disk);
            await bench.AppendAsync(LogBench.Produced(0));
            for (var i = 0; i < 20; i++)
            {
                await bench.AppendAsync(LogBench.Produced(i, producer: 2));
            }

            foreach (var state in disk.Files().Where(file => !wasKept && file.EndsWith(".state", StringComparison.Ordinal)).ToList())
            {
                // As when it could not be written on a full disk.
                disk.Delete(state);
            }

            await bench.Log.ApplyRetentionAsync(new Retention(null, 500), null, CancellationToken.None);
            Assert.True(bench.Log.Offsets.LogStart > new Offset(1));
            var after = await OpenAsync(disk.Restart(seed));
            Assert.IsType<ProduceResult.Duplicate>(await after.AppendAsync(LogBench.Produced(0)));
        }
    }

    [Fact]
    public Task Readers_are_told_that_records_are_gone_when_they_are() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var deleting = new TaskCompletionSource();
        bench.Store.OnDelete = () => deleting.Task;
        var retention = ApplyAsync(bench, Hour, protectedFrom: 60);
        await LogBench.SettleAsync();
        Assert.False(retention.IsCompleted);
        await bench.AssertHoldsAsync(100);
        deleting.SetResult();
        await retention;
        var start = bench.Log.Offsets.LogStart;
        Assert.NotEqual(Offset.Zero, start);
        Assert.Equal(LogReadKind.OutOfRange, (await bench.ReadAsync(start.Value - 1)).Kind);
        await bench.AssertHoldsAsync(100, start.Value);
    });

    [Fact]
    public Task A_read_that_finds_its_segment_missing_waits_for_what_becomes_of_the_deletion() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var deleting = new TaskCompletionSource();
        bench.Store.OnDelete = () => deleting.Task;
        bench.Store.OnRead = segment => segment == Offset.Zero ? throw new FileNotFoundException("It was deleted.") : Task.CompletedTask;
        bench.Log.Idle();
        var retention = ApplyAsync(bench, Hour, protectedFrom: 60);
        var read = bench.ReadAsync(0);
        var search = bench.Log.FindTimeAsync(new(0), CancellationToken.None).AsTask();
        await LogBench.SettleAsync();
        Assert.False(read.IsCompleted || search.IsCompleted);
        deleting.SetResult();
        await retention;
        Assert.Equal((LogReadKind.OutOfRange, bench.Log.Offsets.LogStart), ((await read).Kind, (await read).Next));
        Assert.Equal(bench.Log.Offsets.LogStart, await search);
    });

    [Fact]
    public Task An_owner_that_was_replaced_tells_nobody_of_a_start_that_it_could_not_make() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var deleting = new TaskCompletionSource();
        bench.Store.OnDelete = () => deleting.Task;
        var old = bench.Log;
        var retention = ApplyAsync(bench, Hour, protectedFrom: 60);
        await LogBench.SettleAsync();
        await bench.OpenAsync();
        deleting.SetResult();
        Assert.Equal(0, await retention);
        Assert.Equal((Offset.Zero, Offset.Zero), (old.Offsets.LogStart, bench.Log.Offsets.LogStart));
        Assert.Equal(new ProduceResult.Fenced(), await old.AppendAsync(BatchMaker.Of("stale")));
        await bench.AssertHoldsAsync(100);
    });

    [Fact]
    public Task A_read_whose_segment_is_deleted_under_it_is_told_where_to_go_on() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var reading = new TaskCompletionSource();
        bench.Store.OnRead = segment => segment == Offset.Zero ? reading.Task : Task.CompletedTask;
        var read = bench.ReadAsync(0);
        await ApplyAsync(bench, Hour, protectedFrom: 60);
        reading.SetResult();
        Assert.Equal((LogReadKind.OutOfRange, bench.Log.Offsets.LogStart), ((await read).Kind, (await read).Next));
    });

    [Fact]
    public Task A_log_that_is_never_idle_is_cleaned_up_between_two_commits() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        bench.Store.Gated = true;
        var first = bench.AppendSomeAsync();
        var second = bench.AppendSomeAsync();
        await LogBench.SettleAsync();
        var retention = bench.Log.ApplyRetentionAsync(Hour, new Offset(60), CancellationToken.None).AsTask();
        Assert.Equal(0, await ApplyAsync(bench, Hour));
        Assert.False(retention.IsCompleted);
        bench.Store.Release();
        Assert.NotEqual(0, await retention);
        Assert.Equal(new Offset(100), await first);
        await LogBench.SettleAsync();
        bench.Store.Release();
        Assert.Equal(new Offset(101), await second);
        await bench.AssertHoldsAsync(102, bench.Log.Offsets.LogStart.Value);
    });

    [Fact]
    public Task A_batch_that_comes_while_the_idle_log_is_emptied_is_kept() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 3);
        bench.Clock.Advance(TimeSpan.FromHours(2));
        var deleting = new TaskCompletionSource();
        bench.Store.OnDelete = () => deleting.Task;
        var retention = ApplyAsync(bench, Hour);
        var append = bench.AppendSomeAsync();
        await LogBench.SettleAsync();
        Assert.False(append.IsCompleted);
        deleting.SetResult();
        await retention;
        Assert.Equal(new Offset(3), await append);
        await bench.AssertHoldsAsync(4, 3);
    });

    [Fact]
    public Task A_deletion_that_failed_is_made_up_for_and_until_then_the_records_are_there() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync(minutes: 100);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        bench.Store.OnDelete = () => throw new IOException("busy");
        await Assert.ThrowsAsync<IOException>(() => ApplyAsync(bench, Hour, protectedFrom: 60));
        Assert.Equal(Offset.Zero, bench.Log.Offsets.LogStart);
        bench.Store.OnDelete = null;

        await bench.FailAppendAsync();
        await bench.AppendSomeAsync();
        await bench.AssertHoldsAsync(101);
        await ApplyAsync(bench, Hour);
        Assert.NotEqual(Offset.Zero, bench.Log.Offsets.LogStart);
        await bench.AssertHoldsAsync(101, bench.Log.Offsets.LogStart.Value);
        await using var log = await bench.Store.OpenAsync(bench.Options.Log, new LogOptions(), new TailIndexer(100, new(0)), CancellationToken.None);
        Assert.Equal(bench.Log.Offsets.LogStart, log.Segments[0].FirstOffset);
    });

    // One record each minute.
    private static async Task<LogBench> FilledAsync(int minutes)
    {
        var bench = await LogBench.OpenAsync();
        for (var i = 0; i < minutes; i++)
        {
            await bench.AppendSomeAsync();
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        return bench;
    }

    private static async Task<int> ApplyAsync(LogBench bench, Retention retention, long? protectedFrom = null) =>
        await bench.Log.ApplyRetentionAsync(retention, protectedFrom is { } from ? new Offset(from) : null, CancellationToken.None);

    private static async Task<long> BytesAsync(LogBench bench)
    {
        long bytes = 0;
        for (var from = bench.Log.Offsets.LogStart; from < bench.Log.Offsets.HighWatermark;)
        {
            var read = await bench.ReadAsync(from.Value, 1);
            bytes += read.Parts.Sum(part => part.Length);
            from = read.Next;
        }

        return bytes;
    }

    private static async Task<LogBench> OpenAsync(ForgetfulDisk disk) =>
        await LogBench.OpenAsync(log => log with { SegmentBytes = 300, TailCacheBytes = 0 }, await FileStores.OpenAsync(disk));
}
