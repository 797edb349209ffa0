using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>Other settings reach a partition that is open, and nobody who is being served loses anything.</summary>
public sealed class PartitionAlterTests
{
    [Fact]
    public async Task Other_timestamps_hold_from_the_next_batch_on()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("before");
        await bench.Server.ApplyAsync(bench.Settings with { Timestamps = TimestampKind.Create });
        await bench.AppendAsync("after");

        Assert.Equal([TimestampKind.Append, TimestampKind.Create], await TimestampsAsync(bench));
        Assert.Equal([(0, "before"), (1, "after")], await bench.ReadAsync());
    }

    [Fact]
    public async Task Settings_that_the_log_need_not_know_leave_it_open()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("before");
        bench.Store.OnOpen = () => throw new InvalidOperationException("The log is open.");
        await bench.Server.ApplyAsync(bench.Settings with { Partitions = 9, RetentionTime = null, WhenFull = WhenFull.DropOldest });

        Assert.Equal(new Offset(1), await bench.AppendAsync("after"));
    }

    [Fact]
    public async Task Server_that_opened_nothing_yet_takes_the_settings_for_later()
    {
        await using var bench = new PartitionBench();
        await bench.Server.ApplyAsync(bench.Settings with { Timestamps = TimestampKind.Create });
        await bench.AppendAsync("after");

        Assert.Equal([TimestampKind.Create], await TimestampsAsync(bench));
    }

    [Fact]
    public Task Batches_on_their_way_are_kept_and_the_owner_stays_the_owner() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        bench.Store.Gated = true;
        var before = bench.ProduceAsync("1");
        await LogBench.SettleAsync();
        var applied = bench.Server.ApplyAsync(bench.Settings with { Timestamps = TimestampKind.Create }).AsTask();
        var read = bench.ReadAsync();
        var meanwhile = bench.ProduceAsync("2");
        await LogBench.SettleAsync();
        bench.Store.Gated = false;
        bench.Store.Release();

        Assert.Equal(new Offset(1), Assert.IsType<ProduceResult.Appended>(await before).BaseOffset);
        await applied;
        Assert.Equal(new Offset(2), Assert.IsType<ProduceResult.Appended>(await meanwhile).BaseOffset);
        Assert.False(bench.Server.IsLost);
        Assert.Equal((0, "0"), (await read)[0]);
        Assert.Equal([(0, "0"), (1, "1"), (2, "2")], await bench.ReadAsync());
        Assert.Empty(bench.Told.All);
        Assert.Equal(1, bench.Store.OpenHandles);
    });

    [Fact]
    public Task Batch_that_waits_for_its_predecessor_is_told_to_come_again() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        await bench.Server.ProduceAsync(LogBench.Produced(0));
        var ahead = bench.Server.ProduceAsync(LogBench.Produced(2)).AsTask();
        await LogBench.SettleAsync();
        await bench.Server.ApplyAsync(bench.Settings with { AcceptForeignCodecs = true });
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(new ProduceResult.Throttled(bench.Options.ThrottleTime), await ahead);
        Assert.IsType<ProduceResult.Appended>(await bench.Server.ProduceAsync(LogBench.Produced(1)));
        Assert.IsType<ProduceResult.Appended>(await bench.Server.ProduceAsync(LogBench.Produced(2)));
    });

    [Fact]
    public Task Fetch_that_waits_goes_on_waiting_and_sees_what_comes_afterwards() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        var waiting = bench.FetchAsync(waitSeconds: 5);
        await LogBench.SettleAsync();
        await bench.Server.ApplyAsync(bench.Settings with { AcceptForeignCodecs = true });
        await LogBench.SettleAsync();
        Assert.False(waiting.IsCompleted, "The change answered the fetch.");
        await bench.AppendAsync("0");

        Assert.Equal([(0, "0")], BatchMaker.Read(Assert.IsType<FetchResult.Fetched>(await waiting).Parts));
    });

    [Fact]
    public Task Read_that_the_change_meets_in_the_middle_is_made_again() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench(options: new() { TailCacheBudget = new MemoryBudget(0) });
        await bench.AppendAsync("0");
        var gate = new TaskCompletionSource();
        bench.Store.OnRead = _ => gate.Task;
        var reading = bench.ReadAsync();
        await LogBench.SettleAsync();
        var first = gate;
        bench.Store.OnRead = null;
        await bench.Server.ApplyAsync(bench.Settings with { AcceptForeignCodecs = true });
        first.SetException(new ObjectDisposedException("the old handle"));

        Assert.Equal([(0, "0")], await reading);
    });

    [Fact]
    public async Task Opening_that_fails_after_the_change_is_tried_again()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        bench.Store.OnOpen = () => throw new IOException("broken");
        await bench.Server.ApplyAsync(bench.Settings with { AcceptForeignCodecs = true });
        await Assert.ThrowsAsync<IOException>(() => bench.ProduceAsync("1"));
        bench.Store.OnOpen = null;

        Assert.Equal(new Offset(1), await bench.AppendAsync("1"));
    }

    [Fact]
    public async Task Lower_limit_of_bytes_makes_smaller_segments_at_once()
    {
        await using var bench = new PartitionBench(new TopicSettings { WhenFull = WhenFull.DropOldest });
        for (var i = 0; i < 6; i++)
        {
            await bench.AppendSizeAsync(1_000_000);
        }

        await bench.Server.ApplyAsync(bench.Settings with { RetentionBytes = 4 << 20 });
        for (var i = 0; i < 12; i++)
        {
            await bench.AppendSizeAsync(1_000_000);
        }

        var status = await bench.Server.DescribeAsync();
        Assert.InRange(status!.SizeInBytes, 4 << 20, 6 << 20);
    }

    private static async Task<List<TimestampKind>> TimestampsAsync(PartitionBench bench)
    {
        var kinds = new List<TimestampKind>();
        for (var next = PartitionBench.At(0); ;)
        {
            var read = Assert.IsType<FetchResult.Fetched>(await bench.Server.FetchAsync(new FetchRequest(next) { MaxBytes = 1 }, default));
            if (read.Parts.Count == 0)
            {
                return kinds;
            }

            kinds.Add(RecordBatchHeader.Read(read.Parts.SelectMany(part => part.ToArray()).ToArray()).Attributes.TimestampKind);
            next = read.Next;
        }
    }
}
