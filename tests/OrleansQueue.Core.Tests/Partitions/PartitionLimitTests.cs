using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>What a partition takes at most: bytes on their way to the disk, and bytes in all.</summary>
public sealed class PartitionLimitTests
{
    [Fact]
    public Task Batches_beyond_the_budget_are_throttled_until_others_are_kept() => OneScheduler.RunAsync(async () =>
    {
        var size = BatchMaker.Of("one").Length;
        await using var bench = new PartitionBench(options: new() { AppendBudget = new MemoryBudget(2 * size) });
        bench.Store.Gated = true;
        var first = bench.ProduceAsync("one");
        var second = bench.ProduceAsync("two");
        await LogBench.SettleAsync();
        Assert.Equal(new ProduceResult.Throttled(bench.Options.ThrottleTime), await bench.ProduceAsync("thr"));
        Assert.Equal(2 * size, bench.Options.AppendBudget.Used);

        bench.Store.Gated = false;
        bench.Store.Release();
        Assert.IsType<ProduceResult.Appended>(await first);
        Assert.IsType<ProduceResult.Appended>(await second);
        Assert.Equal(0, bench.Options.AppendBudget.Used);
        Assert.IsType<ProduceResult.Appended>(await bench.ProduceAsync("thr"));
    });

    [Fact]
    public async Task Budget_gets_back_what_was_refused_failed_or_met_nobody()
    {
        await using var bench = new PartitionBench();
        Assert.IsType<ProduceResult.Refused>(await bench.Server.ProduceAsync(new byte[100]));
        Assert.Equal(0, bench.Options.AppendBudget.Used);

        bench.Store.OnOpen = () => throw new IOException("broken");
        await using var other = new PartitionBench(options: bench.Options);
        other.Store.OnOpen = bench.Store.OnOpen;
        await Assert.ThrowsAsync<IOException>(() => other.ProduceAsync("x"));
        Assert.Equal(0, bench.Options.AppendBudget.Used);

        bench.Store.OnAppend = () => throw new IOException("broken");
        await Assert.ThrowsAsync<IOException>(() => bench.ProduceAsync("x"));
        Assert.Equal(0, bench.Options.AppendBudget.Used);

        await bench.Server.DeleteAsync(default);
        Assert.IsType<ProduceResult.UnknownPartition>(await bench.ProduceAsync("x"));
        Assert.Equal(0, bench.Options.AppendBudget.Used);
    }

    [Fact]
    public async Task Partition_takes_as_many_bytes_as_its_topic_allows_and_no_more()
    {
        var size = BatchMaker.OfSize(1_000).Length;
        await using var bench = new PartitionBench(new TopicSettings { RetentionBytes = 3 * size });
        for (var i = 0; i < 3; i++)
        {
            await bench.AppendSizeAsync(1_000);
        }

        Assert.Equal(new ProduceResult.TopicFull(3 * size), await bench.ProduceAsync(""));
        Assert.Equal(3, (await bench.ReadAsync()).Count);
        Assert.Equal(0, bench.Options.AppendBudget.Used);
    }

    [Fact]
    public Task Batches_on_their_way_count_as_well() => OneScheduler.RunAsync(async () =>
    {
        var size = BatchMaker.OfSize(1_000).Length;
        await using var bench = new PartitionBench(new TopicSettings { RetentionBytes = 3 * size });
        await bench.AppendSizeAsync(1_000);
        bench.Store.Gated = true;
        var many = Enumerable.Range(0, 5).Select(_ => bench.Server.ProduceAsync(BatchMaker.OfSize(1_000)).AsTask()).ToList();
        await LogBench.SettleAsync();
        bench.Store.Gated = false;
        bench.Store.Release();
        var results = await Task.WhenAll(many);

        Assert.Equal(2, results.OfType<ProduceResult.Appended>().Count());
        Assert.Equal(3, results.OfType<ProduceResult.TopicFull>().Count());
        Assert.Equal(3 * size, (await bench.Server.DescribeAsync())!.SizeInBytes);
    });

    [Fact]
    public async Task Batch_that_is_stored_already_is_told_so_by_a_full_partition()
    {
        await using var bench = new PartitionBench(new TopicSettings { RetentionBytes = LogBench.Produced(0).Length });
        await bench.Server.ProduceAsync(LogBench.Produced(0));

        Assert.Equal(new ProduceResult.Duplicate(Offset.Zero, Durability.Fsync), await bench.Server.ProduceAsync(LogBench.Produced(0)));
        Assert.IsType<ProduceResult.TopicFull>(await bench.Server.ProduceAsync(LogBench.Produced(1)));
        Assert.IsType<ProduceResult.TopicFull>(await bench.Server.ProduceAsync(LogBench.Produced(0, producer: 2)));
    }

    [Fact]
    public async Task Where_the_oldest_are_dropped_segments_are_a_quarter_of_what_may_stay()
    {
        await using var bench = new PartitionBench(new TopicSettings { RetentionBytes = 8 << 20, WhenFull = WhenFull.DropOldest });
        var segments = new List<long>();
        for (var i = 0; i < 24; i++)
        {
            await bench.AppendSizeAsync(1_000_000);
            var status = await bench.Server.DescribeAsync();
            segments.Add(status!.LogStart.Value);
            Assert.InRange(status.SizeInBytes, 0, (8 << 20) + (2 << 20) + 1_000_100);
        }

        // Two batches of a megabyte fit a segment of 2 MiB, and whole segments go.
        Assert.Equal([0, 2, 4, 6, 8, 10, 12, 14], segments.Distinct());
    }

    [Fact]
    public async Task Failure_to_drop_the_oldest_is_told_and_the_batch_is_kept()
    {
        await using var bench = new PartitionBench(
            new TopicSettings { RetentionBytes = 4 << 20, WhenFull = WhenFull.DropOldest }, new() { SegmentBytes = 1 << 20 });
        bench.Store.OnDelete = () => throw new IOException("broken");
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(new Offset(i), await bench.AppendSizeAsync(1_000_000));
        }

        Assert.Contains("retention broken", bench.Told.All);
        bench.Store.OnDelete = null;
        Assert.Equal(new Offset(8), await bench.AppendSizeAsync(1_000_000));
    }
}
