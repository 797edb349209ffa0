using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class RollTests
{
    [Fact]
    public async Task A_segment_ends_before_it_grows_past_its_size()
    {
        var size = BatchMaker.OfSize(400).Length;
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = size * 3 });
        await AppendAsync(bench, 7);
        Assert.Equal([(0L, size * 3L), (3, size * 3), (6, size)], await SegmentsAsync(bench));
    }

    [Fact]
    public async Task A_batch_larger_than_a_segment_gets_one_of_its_own()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 100 });
        await AppendAsync(bench, 3);
        Assert.Equal([0L, 1, 2], (await SegmentsAsync(bench)).Select(segment => segment.First));
        Assert.Equal(3, (await bench.ReadAllAsync()).Count);
    }

    [Fact]
    public async Task A_segment_ends_when_its_first_batch_is_older_than_its_age()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 1 << 20, SegmentAge = TimeSpan.FromHours(1) });
        bench.Clock.Advance(TimeSpan.FromHours(2));
        await AppendAsync(bench, 1);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await AppendAsync(bench, 1);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await AppendAsync(bench, 1);
        Assert.Equal([0L, 2], (await SegmentsAsync(bench)).Select(segment => segment.First));
    }

    [Fact]
    public async Task A_segment_ends_before_its_offsets_outgrow_the_index()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 1 << 20, Policy = new BatchPolicy { AcceptForeignCodecs = true } });
        await bench.AppendAsync(Huge());
        await AppendAsync(bench, 1);
        Assert.Equal([0L, int.MaxValue], (await SegmentsAsync(bench)).Select(segment => segment.First));
        Assert.Equal(int.MaxValue, Assert.Single(BatchMaker.Read((await bench.ReadAsync(int.MaxValue)).Parts)).Offset);
    }

    [Fact]
    public Task A_roll_that_finds_no_room_is_tried_again_later() => OneScheduler.RunAsync(async () =>
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 100 });
        await bench.AppendSomeAsync();
        bench.Store.OnRoll = () => StoreOutcome.NoSpace;
        Assert.IsType<ProduceResult.NoSpace>(await bench.AppendAsync(BatchMaker.Of("no")));
        bench.Store.OnRoll = null;
        bench.Clock.Advance(bench.Options.RetryAfterFailure);
        Assert.Equal(new Offset(1), await bench.AppendSomeAsync());
        await bench.AssertHoldsAsync(2);
    });

    [Fact]
    public Task A_segment_that_was_begun_for_a_commit_that_failed_is_used_by_the_next() => OneScheduler.RunAsync(async () =>
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 100 });
        await bench.AppendSomeAsync();
        await bench.FailAppendAsync();
        Assert.Equal(new Offset(1), await bench.AppendSomeAsync());
        await bench.AppendSomeAsync();
        Assert.Equal([0L, 1, 2], (await SegmentsAsync(bench)).Select(segment => segment.First));
        await bench.AssertHoldsAsync(3);
    });

    // A batch in a codec that is not opened says itself how many offsets it takes.
    private static byte[] Huge()
    {
        var batch = BatchMaker.OfSize(10).ToArray();
        var header = RecordBatchHeader.Read(batch) with { LastOffsetDelta = int.MaxValue - 1, RecordCount = int.MaxValue, Attributes = new((short)BatchCompression.Zstd) };
        header.Write(batch);
        (header with { Crc = Crc32C.Compute(batch.AsSpan(BatchLayout.Attributes)) }).Write(batch);
        return batch;
    }

    private static async Task AppendAsync(LogBench bench, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(BatchMaker.OfSize(400)));
        }
    }

    private static async Task<List<(long First, long Length)>> SegmentsAsync(LogBench bench)
    {
        await using var log = await bench.Store.OpenAsync(bench.Options.Log, new LogOptions(), new TailIndexer(100, new(0)), CancellationToken.None);
        return [.. log.Segments.Select(segment => (segment.FirstOffset.Value, segment.Length))];
    }
}
