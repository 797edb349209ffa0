using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class GroupCommitTests
{
    [Fact]
    public Task Offsets_are_given_in_the_order_of_the_calls_before_anything_is_written() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = new List<Task<Offset>> { bench.AppendSomeAsync(3), bench.AppendSomeAsync(1), bench.AppendSomeAsync(2) };
        Assert.Equal(new Offset(6), bench.Log.Offsets.LogEnd);
        Assert.Equal(Offset.Zero, bench.Log.Offsets.HighWatermark);
        await ReleaseAllAsync(bench);
        Assert.Equal([new Offset(0), new(3), new(4)], await Task.WhenAll(appends));
        await bench.AssertHoldsAsync(6);
    });

    [Fact]
    public Task The_first_append_is_written_alone_and_all_that_come_meanwhile_together() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 10).Select(_ => bench.AppendSomeAsync()).ToList();
        await LogBench.SettleAsync();
        Assert.Equal([2], bench.Store.Appends);
        bench.Store.Release();
        await LogBench.SettleAsync();
        Assert.Equal([2, 18], bench.Store.Appends);
        Assert.True(appends[0].IsCompletedSuccessfully);
        Assert.All(appends.Skip(1), append => Assert.False(append.IsCompleted));
        bench.Store.Release();
        await Task.WhenAll(appends);
        Assert.Equal(0, bench.Store.Waiting);
    });

    [Fact]
    public Task Nobody_is_answered_and_nothing_is_shown_before_the_store_kept_it() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var append = bench.AppendSomeAsync();
        await LogBench.SettleAsync();
        Assert.False(append.IsCompleted);
        Assert.Empty((await bench.ReadAsync(0)).Parts);
        Assert.Equal(LogReadKind.OutOfRange, (await bench.ReadAsync(1)).Kind);
        Assert.Null(await bench.Log.FindTimeAsync(new(0), CancellationToken.None));
        bench.Store.Release();
        await append;
        await bench.AssertHoldsAsync(1);
    });

    [Fact]
    public Task A_commit_takes_no_more_than_the_store_does() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 17).Select(_ => bench.AppendAsync(BatchMaker.OfSize(1_000_000))).ToList();
        await ReleaseAllAsync(bench);
        await Task.WhenAll(appends);
        Assert.Equal([2, 16, 16], bench.Store.Appends);
    });

    [Fact]
    public async Task The_callers_bytes_stay_as_they_are()
    {
        var bench = await LogBench.OpenAsync();
        await bench.AppendSomeAsync(5);
        var batch = LogBench.Produced(0, 3);
        var before = batch.ToArray();
        await bench.AppendAsync(batch);
        Assert.Equal(before, batch.ToArray());
    }

    [Fact]
    public Task A_repetition_of_a_batch_in_flight_is_answered_when_that_is_kept() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var first = bench.AppendAsync(LogBench.Produced(0));
        var second = bench.AppendAsync(LogBench.Produced(1));
        var again = bench.AppendAsync(LogBench.Produced(1));
        bench.Store.Release();
        await first;
        await LogBench.SettleAsync();
        Assert.False(again.IsCompleted);
        bench.Store.Release();
        Assert.Equal(new ProduceResult.Duplicate(new Offset(1), Durability.Fsync), await again);
        Assert.IsType<ProduceResult.Appended>(await second);
        Assert.Equal(2, (await bench.ReadAllAsync()).Count);
    });

    [Fact]
    public Task A_repetition_whose_place_is_forgotten_is_not_answered_before_it_is_kept() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 8).Select(i => bench.AppendAsync(LogBench.Produced(i))).ToList();
        var again = bench.AppendAsync(LogBench.Produced(1));
        await LogBench.SettleAsync();
        Assert.False(again.IsCompleted);
        bench.Store.Release();
        await LogBench.SettleAsync();
        bench.Store.Answer(StoreOutcome.NoSpace);
        Assert.IsType<ProduceResult.NoSpace>(await again);
        Assert.IsType<ProduceResult.NoSpace>(await appends[1]);
    });

    [Fact]
    public Task Disposing_waits_for_what_is_being_written() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 3).Select(_ => bench.AppendSomeAsync()).ToList();
        var disposing = bench.Log.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => bench.AppendAsync(BatchMaker.Of("late")));
        bench.Store.Release();
        await LogBench.SettleAsync();
        Assert.False(disposing.IsCompleted);
        bench.Store.Release();
        await disposing;
        await Task.WhenAll(appends);
        Assert.Equal(0, bench.Store.OpenHandles);
    });

    private static async Task<LogBench> GatedAsync()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 100 << 20 });
        bench.Store.Gated = true;
        return bench;
    }

    private static async Task ReleaseAllAsync(LogBench bench)
    {
        await LogBench.SettleAsync();
        while (bench.Store.Waiting != 0)
        {
            bench.Store.Release();
            await LogBench.SettleAsync();
        }
    }
}
