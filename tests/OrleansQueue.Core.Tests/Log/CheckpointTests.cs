using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Who opens a log walks what lies behind the last checkpoint, and knows what one knows who walked it all.</summary>
public sealed class CheckpointTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly MemoryLogStore _store = new(FileStores.Id) { UsesCheckpoints = true };

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task An_opening_walks_no_more_than_came_since_the_last_checkpoint()
    {
        var bench = await FilledAsync(25);
        Assert.Equal(5, (await OpenedAsync(bench)).Walked.Batches);
    }

    [Fact]
    public async Task After_a_clean_close_nothing_is_walked()
    {
        var bench = await FilledAsync(25);
        await bench.Log.DisposeAsync();
        Assert.Equal((0, 0), (await OpenedAsync(bench)).Walked);
    }

    [Fact]
    public async Task A_checkpoint_is_kept_when_so_many_bytes_came()
    {
        var bench = await BenchAsync(options => options with { CheckpointBytes = 1_000, CheckpointCommits = int.MaxValue });
        await AppendAsync(bench, 0, 25);
        Assert.InRange((await OpenedAsync(bench)).Walked.Bytes, 1, 1_000);
    }

    [Fact]
    public async Task What_is_known_is_the_same_as_after_a_walk_through_it_all()
    {
        var bench = await FilledAsync(37);
        var known = await OpenedAsync(bench);
        Assert.NotEqual(37, known.Walked.Batches);
        await using var plain = await _store.OpenAsync(bench.Options.Log, new(), new TailIndexer(bench.Options.IndexEveryBytes, default), CancellationToken.None);
        var all = new TailIndexer(bench.Options.IndexEveryBytes, default);
        var last = plain.Segments[^1];
        await SegmentScanner.ScanWholeAsync(plain, last, "test", all, CancellationToken.None);

        Assert.Equal(37, all.Walked.Batches);
        Assert.Equal(all.Next, known.LogEnd);
        Assert.Equal(all.Indexes!.Offsets.Write(last.Length), known.Segments.Active!.Indexes!.Offsets.Write(last.Length));
        Assert.Equal(all.Indexes.Times.Write(last.Length), known.Segments.Active.Indexes.Times.Write(last.Length));
        Assert.Equal(all.State.Write(last.FirstOffset), known.State.Write(last.FirstOffset));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("changed")]
    [InlineData("of another segment")]
    [InlineData("of more than there is")]
    public async Task A_checkpoint_that_does_not_fit_counts_for_nothing(string wrong)
    {
        var bench = await FilledAsync(25);
        await using (var log = await _store.OpenAsync(bench.Options.Log, new(), new TailIndexer(100, default), CancellationToken.None))
        {
            var file = await log.ReadSidecarAsync(Offset.Zero, Sidecar.Checkpoint, CancellationToken.None);
            await log.WriteSidecarAsync(Offset.Zero, Sidecar.Checkpoint, Spoilt(file!, wrong));
        }

        var opened = await OpenedAsync(bench);
        Assert.Equal(25, opened.Walked.Batches);
        Assert.Equal(new Offset(25), opened.LogEnd);
    }

    [Fact]
    public async Task A_checkpoint_that_comes_late_costs_a_walk_and_nothing_else()
    {
        var bench = await FilledAsync(10);
        byte[] early;
        await using (var log = await _store.OpenAsync(bench.Options.Log, new(), new TailIndexer(100, default), CancellationToken.None))
        {
            early = (await log.ReadSidecarAsync(Offset.Zero, Sidecar.Checkpoint, CancellationToken.None))!;
        }

        await bench.OpenAsync();
        await AppendAsync(bench, 10, 25);
        await using (var log = await _store.OpenAsync(bench.Options.Log, new(), new TailIndexer(100, default), CancellationToken.None))
        {
            await log.WriteSidecarAsync(Offset.Zero, Sidecar.Checkpoint, early);
        }

        Assert.Equal(15, (await OpenedAsync(bench)).Walked.Batches);
        await bench.OpenAsync();
        Assert.Equal(new ProduceResult.Duplicate(new Offset(24), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(24)));
        await AppendAsync(bench, 25, 26);
        Assert.Equal(26, (await bench.ReadAllAsync()).Count);
    }

    [Fact]
    public async Task A_log_whose_store_walks_anyway_keeps_none()
    {
        var bench = await LogBench.OpenAsync(static options => options with { SegmentBytes = 1 << 20, CheckpointCommits = 1 });
        await AppendAsync(bench, 0, 3);
        await bench.Log.DisposeAsync();
        await using var log = await bench.Store.OpenAsync(bench.Options.Log, new(), new TailIndexer(100, default), CancellationToken.None);
        Assert.Null(await log.ReadSidecarAsync(Offset.Zero, Sidecar.Checkpoint, CancellationToken.None));
    }

    private static byte[] Spoilt(byte[] file, string wrong) => wrong switch
    {
        "cut" => file[..^1],
        "changed" => [.. file[..30], (byte)(file[30] ^ 1), .. file[31..]],
        "of another segment" => Rewritten(file, new Offset(7), SidecarFormat.LengthOf(file)!.Value),
        _ => Rewritten(file, Offset.Zero, 1 << 20),
    };

    private static byte[] Rewritten(byte[] file, Offset segment, long length)
    {
        Assert.True(SidecarFormat.TryRead(file, SidecarFormat.Checkpoint, Offset.Zero, SidecarFormat.LengthOf(file)!.Value, out var content));
        return SidecarFormat.Write(SidecarFormat.Checkpoint, segment, length, content);
    }

    private async Task<LogBench> FilledAsync(int batches)
    {
        var bench = await BenchAsync(static options => options with { CheckpointCommits = 10 });
        await AppendAsync(bench, 0, batches);
        return bench;
    }

    private Task<LogBench> BenchAsync(Func<PartitionLogOptions, PartitionLogOptions> options) =>
        LogBench.OpenAsync(defaults => options(defaults with { SegmentBytes = 1 << 20 }), _store);

    private static async Task AppendAsync(LogBench bench, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(i)));
        }
    }

    /// <summary>The log as the next owner has it, beside the bench's own handle.</summary>
    private ValueTask<OpenedLog> OpenedAsync(LogBench bench) => OpenedLog.OpenAsync(_store, bench.Options, bench.Clock, bench.Told, null, CancellationToken.None);
}
