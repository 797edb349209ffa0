using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>Fetches that wait: what ends them, how many there may be, and that nothing of them stays behind.</summary>
public sealed class PartitionWaitTests
{
    /// <summary>Longer than anything takes that is not for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public Task Wait_ends_with_the_next_batch() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        var waiting = bench.FetchAsync(waitSeconds: 5);
        await LogBench.SettleAsync();
        Assert.False(waiting.IsCompleted, "There is nothing to answer yet.");
        await bench.AppendAsync("0");

        Assert.Equal([(0, "0")], BatchMaker.Read(Assert.IsType<FetchResult.Fetched>(await waiting).Parts));
        Assert.Equal(0, bench.Clock.Waiting);
    });

    [Theory]
    [InlineData(0.25, 0.25)]
    [InlineData(5, 5)]
    [InlineData(31_536_000, 5)]
    public Task Wait_ends_when_its_time_is_over_and_after_5_s_at_most(double asked, double waited) => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        var waiting = bench.FetchAsync(waitSeconds: asked);
        await LogBench.SettleAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(waited) - TimeSpan.FromMilliseconds(1));
        await LogBench.SettleAsync();
        Assert.False(waiting.IsCompleted, "The wait ended too early.");
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));

        var read = Assert.IsType<FetchResult.Fetched>(await waiting);
        Assert.Empty(read.Parts);
        Assert.Equal(PartitionBench.At(0), read.Next);
        Assert.Equal(0, bench.Clock.Waiting);
    });

    [Fact]
    public Task Ended_waits_answer_at_once_and_later_ones_do_not_wait() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        var waiting = Enumerable.Range(0, 100).Select(_ => bench.FetchAsync(from: 1, waitSeconds: 5)).ToList();
        await LogBench.SettleAsync();
        bench.Server.EndWaits();

        // The clock stands still, so nothing else could have ended them.
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Patience), result => Assert.Empty(Assert.IsType<FetchResult.Fetched>(result).Parts));
        Assert.Empty(Assert.IsType<FetchResult.Fetched>(await bench.FetchAsync(from: 1, waitSeconds: 5)).Parts);
        Assert.Equal([(0, "0")], await bench.ReadAsync());
        Assert.Equal(new Offset(1), await bench.AppendAsync("1"));
    });

    [Fact]
    public Task Deletion_and_closing_end_waits_at_once() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        var deleted = bench.FetchAsync(waitSeconds: 5);
        await using var other = new PartitionBench();
        var closed = other.FetchAsync(waitSeconds: 5);
        await LogBench.SettleAsync();
        await bench.Server.DeleteAsync(default);
        await other.Server.DisposeAsync();

        // The clock stands still, so nothing else could have ended them.
        Assert.IsType<FetchResult.UnknownPartition>(await deleted.WaitAsync(Patience));
        Assert.IsType<FetchResult.Fenced>(await closed.WaitAsync(Patience));
        Assert.Equal(0, bench.Clock.Waiting);
    });

    [Fact]
    public Task Cancelled_wait_throws_and_frees_its_place() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench(options: new() { MaxWaitingFetches = 1 });
        using var cancel = new CancellationTokenSource();
        var waiting = bench.FetchAsync(waitSeconds: 5, cancellationToken: cancel.Token);
        await LogBench.SettleAsync();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        var next = bench.FetchAsync(waitSeconds: 5);
        await LogBench.SettleAsync();
        Assert.False(next.IsCompleted, "The place is still taken.");
        await bench.AppendAsync("0");
        Assert.IsType<FetchResult.Fetched>(await next);
    });

    [Fact]
    public Task Waits_beyond_the_most_are_throttled_and_reads_are_not() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench(options: new() { MaxWaitingFetches = 3 });
        await bench.AppendAsync("0");
        var waiting = Enumerable.Range(0, 3).Select(_ => bench.FetchAsync(from: 1, waitSeconds: 5)).ToList();
        await LogBench.SettleAsync();

        Assert.Equal(new FetchResult.Throttled(bench.Options.ThrottleTime), await bench.FetchAsync(from: 1, waitSeconds: 5));
        Assert.Equal([(0, "0")], await bench.ReadAsync());
        await bench.AppendAsync("1");
        Assert.All(await Task.WhenAll(waiting), result => Assert.IsType<FetchResult.Fetched>(result));
        var again = bench.FetchAsync(from: 2, waitSeconds: 5);
        await LogBench.SettleAsync();
        Assert.False(again.IsCompleted, "The places are still taken.");
        bench.Server.EndWaits();
        await again;
    });
}
