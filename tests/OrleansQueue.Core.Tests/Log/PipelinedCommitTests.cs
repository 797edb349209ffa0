using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Commits to a store that takes two appends at once.</summary>
public sealed class PipelinedCommitTests
{
    [Fact]
    public Task A_second_commit_is_under_way_while_the_first_is_and_what_comes_then_gathers() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 6).Select(_ => bench.AppendSomeAsync()).ToList();
        await LogBench.SettleAsync();
        Assert.Equal([2, 2], bench.Store.Appends);

        bench.Store.Release();
        await LogBench.SettleAsync();
        Assert.Equal([2, 2, 8], bench.Store.Appends);
        Assert.Equal([true, false, false, false, false, false], appends.Select(append => append.IsCompletedSuccessfully));
        bench.Store.Release();
        bench.Store.Release();
        Assert.Equal(Enumerable.Range(1, 6).Select(offset => new Offset(offset)), await Task.WhenAll(appends));
        await bench.AssertHoldsAsync(7);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task When_the_first_fails_the_second_has_failed_whatever_became_of_it_and_the_log_opens_again_behind_both(bool secondIsStored) => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 3).Select(_ => bench.AppendSomeAsync()).ToList();
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: true);
        await Assert.ThrowsAsync<IOException>(() => appends[0]);
        await Assert.ThrowsAsync<IOException>(() => appends[1]);
        await Assert.ThrowsAsync<IOException>(() => appends[2]);

        // As long as the second is under way, it may still reach the store.
        bench.Clock.Advance(bench.Options.RetryAfterFailure);
        var after = bench.AppendAsync(BatchMaker.Of("after"));
        await LogBench.SettleAsync();
        Assert.False(after.IsCompleted);
        Assert.Equal(1, bench.Store.OpenHandles);
        await bench.Store.FailAsync(new IOException("broken"), secondIsStored);
        await LogBench.SettleAsync();
        bench.Store.Release();
        Assert.Equal(new Offset(secondIsStored ? 3 : 2), Assert.IsType<ProduceResult.Appended>(await after).BaseOffset);
        Assert.Equal(secondIsStored ? ["record 0", "record 1", "record 2", "after"] : ["record 0", "record 1", "after"], (await bench.ReadAllAsync()).Select(record => record.Value));
        Assert.Equal(["failed broken"], bench.Told.All);
    });

    [Fact]
    public Task When_the_second_fails_the_first_is_kept() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GatedAsync();
        var appends = Enumerable.Range(0, 2).Select(_ => bench.AppendSomeAsync()).ToList();
        await LogBench.SettleAsync();
        bench.Store.Release();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        Assert.Equal(new Offset(1), await appends[0]);
        await Assert.ThrowsAsync<IOException>(() => appends[1]);
        Assert.Equal(new Offset(2), bench.Log.Offsets.HighWatermark);
        Assert.Equal(new Offset(2), bench.Log.Offsets.LogEnd);
    });

    [Fact]
    public Task A_segment_is_ended_when_nothing_is_under_way_and_counts_what_was() => OneScheduler.RunAsync(async () =>
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 3_500 });
        (bench.Store.AppendsAtOnce, bench.Store.Gated) = (2, true);
        var rolls = 0;
        bench.Store.OnRoll = () =>
        {
            rolls++;
            Assert.Equal(0, bench.Store.Waiting);
            return StoreOutcome.Done;
        };
        var appends = new List<Task<ProduceResult>>();
        for (var i = 0; i < 8; i++)
        {
            appends.Add(bench.AppendAsync(BatchMaker.OfSize(1_000, (byte)i)));
            await LogBench.SettleAsync();
            Assert.InRange(bench.Store.Waiting, 1, 2);
            if (bench.Store.Waiting == 2 || i % 3 == 2)
            {
                bench.Store.Release();
                await LogBench.SettleAsync();
            }
        }

        while (bench.Store.Waiting != 0)
        {
            bench.Store.Release();
            await LogBench.SettleAsync();
        }

        Assert.Equal(Enumerable.Range(0, 8).Select(offset => new Offset(offset)), (await Task.WhenAll(appends)).Select(result => Assert.IsType<ProduceResult.Appended>(result).BaseOffset));
        Assert.InRange(rolls, 2, 4);
        var again = await bench.OpenAsync();
        Assert.Equal(rolls, again.SegmentCount);
    });

    private static async Task<LogBench> GatedAsync()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 100 << 20 });

        // The first append makes the segment, and that is done alone.
        await bench.AppendSomeAsync();
        bench.Store.Appends.Clear();
        (bench.Store.AppendsAtOnce, bench.Store.Gated) = (2, true);
        return bench;
    }
}
