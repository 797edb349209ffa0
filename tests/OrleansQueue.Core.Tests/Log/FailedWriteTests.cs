using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class FailedWriteTests
{
    private static readonly TimeSpan Retry = new PartitionLogOptions { Log = LogId.Parse("p") }.RetryAfterFailure;

    [Fact]
    public Task A_commit_that_fails_fails_everything_behind_it_and_its_offsets_are_given_out_again() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var appends = Enumerable.Range(0, 4).Select(_ => bench.AppendSomeAsync(2)).ToList();
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        foreach (var append in appends)
        {
            Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => append)).Message);
        }

        Assert.Equal("0 <= 1 <= 1 <= 1", bench.Log.Offsets.ToString());
        await bench.AssertHoldsAsync(1);
        AllowRetry(bench);
        Assert.Equal(new Offset(1), await bench.AppendSomeAsync());
        await bench.AssertHoldsAsync(2);
    });

    [Fact]
    public Task A_full_disk_is_told_until_it_is_time_to_try_again_and_nothing_is_lost_or_doubled() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var append = bench.AppendAsync(LogBench.Produced(0));
        var behind = bench.AppendAsync(LogBench.Produced(1));
        await LogBench.SettleAsync();
        bench.Store.Answer(StoreOutcome.NoSpace);
        Assert.Equal(new ProduceResult.NoSpace(Retry), await append);
        Assert.Equal(new ProduceResult.NoSpace(Retry), await behind);
        await bench.AssertHoldsAsync(1);

        bench.Clock.Advance(Retry / 2);
        Assert.Equal(new ProduceResult.NoSpace(Retry / 2), await bench.AppendAsync(LogBench.Produced(0)));
        AllowRetry(bench);
        Assert.Equal(new Offset(1), Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(0))).BaseOffset);
        Assert.Equal(new Offset(2), Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(1))).BaseOffset);
        Assert.Equal([(0, "record 0"), (1, "1/0/0"), (2, "1/0/1")], await bench.ReadAllAsync());
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_batch_of_unknown_fate_is_a_duplicate_if_it_survived_and_is_stored_once_if_not(bool survived) => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var append = bench.AppendAsync(LogBench.Produced(0, 2));
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("unknown"), survived);
        await Assert.ThrowsAsync<IOException>(() => append);
        Assert.IsType<ProduceResult.Throttled>(await bench.AppendAsync(LogBench.Produced(0, 2)));
        Assert.Equal(new Offset(1), bench.Log.Offsets.HighWatermark);

        AllowRetry(bench);
        var again = await bench.AppendAsync(LogBench.Produced(0, 2));
        if (survived)
        {
            Assert.Equal(new ProduceResult.Duplicate(new Offset(1), Durability.Fsync), again);
        }
        else
        {
            Assert.Equal(new Offset(1), Assert.IsType<ProduceResult.Appended>(again).BaseOffset);
        }

        Assert.Equal([(0, "record 0"), (1, "1/0/0"), (2, "1/0/1")], await bench.ReadAllAsync());
    });

    [Fact]
    public Task A_fenced_log_never_writes_again_but_goes_on_reading() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var old = bench.Log;
        bench.Store.Gated = false;
        await bench.OpenAsync();
        Assert.Equal(new ProduceResult.Fenced(), await old.AppendAsync(BatchMaker.Of("stale")));
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new ProduceResult.Fenced(), await old.AppendAsync(BatchMaker.Of("stale")));
        Assert.Equal(0, await old.ApplyRetentionAsync(new Retention(TimeSpan.Zero), null, CancellationToken.None));
        Assert.Equal([(0L, "record 0")], BatchMaker.Read((await old.ReadAsync(Offset.Zero, 1_000, CancellationToken.None)).Parts));
        Assert.Equal(new Offset(1), await bench.AppendSomeAsync());
        Assert.Equal(["fenced 0"], bench.Told.All);
    });

    [Fact]
    public Task Parked_batches_are_not_written_to_a_store_that_just_failed() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        bench.Store.Gated = false;
        await bench.AppendAsync(LogBench.Produced(0));
        var old = bench.Log;
        var parked = old.AppendAsync(LogBench.Produced(2)).AsTask();
        await bench.OpenAsync();
        var appends = bench.Store.Appends.Count;
        Assert.Equal(new ProduceResult.Fenced(), await old.AppendAsync(LogBench.Produced(1)));
        Assert.Equal(appends + 1, bench.Store.Appends.Count);
        bench.Clock.Advance(bench.Options.ParkTime);
        Assert.Equal(new ProduceResult.Fenced(), await parked);
    });

    [Fact]
    public Task More_than_may_wait_is_throttled_and_taken_later() => OneScheduler.RunAsync(async () =>
    {
        var size = BatchMaker.OfSize(1_000).Length;
        var bench = await LogBench.OpenAsync(options => options with { MaxPendingBytes = size * 3 });
        bench.Store.Gated = true;
        var appends = Enumerable.Range(0, 3).Select(_ => bench.AppendAsync(BatchMaker.OfSize(1_000))).ToList();
        Assert.Equal(new ProduceResult.Throttled(bench.Options.ThrottleTime), await bench.AppendAsync(BatchMaker.OfSize(1_000)));
        bench.Store.Release();
        await appends[0];
        appends.Add(bench.AppendAsync(BatchMaker.OfSize(1_000)));
        await LogBench.SettleAsync();
        bench.Store.Release();
        await LogBench.SettleAsync();
        bench.Store.Release();
        Assert.All(await Task.WhenAll(appends), result => Assert.IsType<ProduceResult.Appended>(result));
    });

    [Fact]
    public Task An_opening_under_way_throttles_others_and_is_waited_for_by_dispose() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var lost = bench.AppendSomeAsync();
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        await Assert.ThrowsAsync<IOException>(() => lost);
        bench.Clock.Advance(Retry);
        var opening = new TaskCompletionSource();
        bench.Store.OnOpen = () => opening.Task;
        var first = bench.AppendSomeAsync();
        Assert.IsType<ProduceResult.Throttled>(await bench.AppendAsync(BatchMaker.Of("second")));
        var disposing = bench.Log.DisposeAsync().AsTask();
        await LogBench.SettleAsync();
        Assert.False(disposing.IsCompleted);
        opening.SetResult();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
        await disposing;
        Assert.Equal(0, bench.Store.OpenHandles);
    });

    [Fact]
    public Task A_store_that_lost_acknowledged_batches_is_damaged_and_takes_nothing() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OneKeptAsync();
        var append = bench.AppendSomeAsync();
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        await Assert.ThrowsAsync<IOException>(() => append);
        bench.Clock.Advance(Retry);
        await bench.Store.DeleteAsync(bench.Options.Log, CancellationToken.None);
        var error = await Assert.ThrowsAsync<LogDamagedException>(() => bench.AppendSomeAsync());
        Assert.Contains("records up to offset 1 were acknowledged", error.Message, StringComparison.Ordinal);
        Assert.IsType<ProduceResult.Throttled>(await bench.AppendAsync(BatchMaker.Of("more")));
    });

    // A log with one record, whose next appends wait for the test.
    private static async Task<LogBench> OneKeptAsync()
    {
        var bench = await LogBench.OpenAsync();
        await bench.AppendSomeAsync();
        bench.Store.Gated = true;
        return bench;
    }

    private static void AllowRetry(LogBench bench)
    {
        bench.Clock.Advance(Retry);
        bench.Store.Gated = false;
    }
}
