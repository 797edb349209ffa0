using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>A partition is opened when it is first needed, again where that failed, and given up when another has it.</summary>
public sealed class PartitionServerTests
{
    [Fact]
    public async Task Log_is_opened_by_the_first_call_and_once()
    {
        await using var bench = new PartitionBench();
        var opened = 0;
        bench.Store.OnOpen = () => Task.FromResult(opened++);
        Assert.Equal(0, opened);

        await bench.AppendAsync("0");
        await bench.ReadAsync();
        await bench.Server.DescribeAsync();
        Assert.Equal(1, opened);
    }

    [Fact]
    public Task Calls_that_come_while_the_log_is_being_opened_share_the_opening() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        var gate = new TaskCompletionSource();
        var opened = 0;
        bench.Store.OnOpen = () =>
        {
            opened++;
            return gate.Task;
        };
        var produced = Enumerable.Range(0, 5).Select(i => bench.AppendAsync($"{i}")).ToList();
        gate.SetResult();

        Assert.Equal(Enumerable.Range(0, 5).Select(i => new Offset(i)), await Task.WhenAll(produced));
        Assert.Equal(1, opened);
    });

    [Fact]
    public async Task Opening_that_failed_is_tried_again_by_the_next_call()
    {
        await using var bench = new PartitionBench();
        bench.Store.OnOpen = () => throw new IOException("broken");
        await Assert.ThrowsAsync<IOException>(() => bench.ProduceAsync("0"));
        await Assert.ThrowsAsync<IOException>(() => bench.FetchAsync());
        await Assert.ThrowsAsync<IOException>(() => bench.Server.DescribeAsync().AsTask());
        bench.Store.OnOpen = null;

        Assert.False(bench.Server.IsLost);
        Assert.Equal(Offset.Zero, await bench.AppendAsync("0"));
    }

    [Fact]
    public async Task Owner_whose_log_another_opened_is_lost_and_answers_so_from_then_on()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        await using var other = bench.NewServer();
        await other.DescribeAsync();

        Assert.IsType<ProduceResult.Fenced>(await bench.ProduceAsync("late"));
        Assert.True(bench.Server.IsLost);
        Assert.IsType<ProduceResult.Fenced>(await bench.ProduceAsync("late"));
        Assert.IsType<FetchResult.Fenced>(await bench.FetchAsync());
        Assert.IsType<ListOffsetsResult.Fenced>(await bench.Server.ListOffsetsAsync(new OffsetQuery.Latest(), default));
        Assert.Null(await bench.Server.NextRetentionAsync(default));
        Assert.Equal(Timestamp.Now(bench.Clock).Plus(TimeSpan.FromMinutes(1)), await bench.Server.ApplyRetentionAsync(default));
        Assert.IsType<ProduceResult.Appended>(await other.ProduceAsync(BatchMaker.Of("1")));
        Assert.False(other.IsLost);
    }

    [Fact]
    public async Task Server_that_was_closed_answers_fenced_and_opens_nothing()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        await bench.Server.DisposeAsync();
        bench.Store.OnOpen = () => throw new InvalidOperationException("A closed server opens nothing.");

        Assert.IsType<ProduceResult.Fenced>(await bench.ProduceAsync("1"));
        Assert.IsType<FetchResult.Fenced>(await bench.FetchAsync(waitSeconds: 5));
        Assert.IsType<ListOffsetsResult.Fenced>(await bench.Server.ListOffsetsAsync(new OffsetQuery.Earliest(), default));
        Assert.Equal(0, bench.Store.OpenHandles);

        // Whoever holds it may let go twice, and end waits that are over.
        await bench.Server.DisposeAsync();
        bench.Server.EndWaits();
    }

    [Fact]
    public async Task Deleted_partition_is_unknown_and_its_log_is_gone()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        await bench.Server.DeleteAsync(default);

        Assert.IsType<ProduceResult.UnknownPartition>(await bench.ProduceAsync("1"));
        Assert.IsType<FetchResult.UnknownPartition>(await bench.FetchAsync(waitSeconds: 5));
        Assert.IsType<ListOffsetsResult.UnknownPartition>(await bench.Server.ListOffsetsAsync(new OffsetQuery.Latest(), default));
        Assert.Null(await bench.Server.DescribeAsync());
        Assert.Empty(await bench.Store.ListAsync(default));
        Assert.Equal(0, bench.Store.OpenHandles);
        Assert.False(bench.Server.IsLost);
    }

    [Fact]
    public async Task Partition_that_was_never_opened_can_be_deleted()
    {
        await using var bench = new PartitionBench();
        await using (var before = bench.NewServer())
        {
            await before.ProduceAsync(BatchMaker.Of("0"));
        }

        await bench.Server.DeleteAsync(default);
        Assert.Empty(await bench.Store.ListAsync(default));
    }

    [Fact]
    public Task Deletion_in_the_middle_of_a_read_is_answered_as_one() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench(options: new() { TailCacheBudget = new MemoryBudget(0) });
        await bench.AppendAsync("0");
        var gate = new TaskCompletionSource();
        bench.Store.OnRead = _ => gate.Task;
        var reading = bench.FetchAsync();
        var finding = bench.Server.ListOffsetsAsync(new OffsetQuery.AtTime(new Timestamp(0)), default).AsTask();

        await bench.Server.DeleteAsync(default);
        gate.SetResult();

        Assert.IsType<FetchResult.UnknownPartition>(await reading);
        Assert.IsType<ListOffsetsResult.UnknownPartition>(await finding);
    });

    [Fact]
    public Task Deletion_waits_for_batches_that_are_being_written() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        bench.Store.Gated = true;
        var produced = bench.ProduceAsync("1");
        await LogBench.SettleAsync();
        var deleted = bench.Server.DeleteAsync(default).AsTask();
        await LogBench.SettleAsync();
        Assert.False(deleted.IsCompleted, "The log went while it was written.");
        bench.Store.Release();

        Assert.IsType<ProduceResult.Appended>(await produced);
        await deleted;
    });

    [Fact]
    public async Task Damage_is_answered_and_described()
    {
        await using var bench = new PartitionBench(options: new() { TailCacheBudget = new MemoryBudget(0) });
        await bench.AppendAsync("0");
        bench.Store.Spoil = (_, _, bytes) => bytes.Span[^1] ^= 1;

        Assert.StartsWith("Log damaged: ", Assert.IsType<FetchResult.Damaged>(await bench.FetchAsync()).Reason, StringComparison.Ordinal);
        Assert.False(bench.Server.IsLost);
    }

    [Fact]
    public async Task Partition_whose_store_lost_acknowledged_records_takes_no_more_and_says_why()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        bench.Store.OnAppend = () => throw new IOException("broken");
        await Assert.ThrowsAsync<IOException>(() => bench.ProduceAsync("1"));
        bench.Store.OnAppend = null;
        await bench.Store.DeleteAsync(LogId.ForPartition(PartitionBench.Topic, PartitionBench.Partition), default);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));

        var damaged = Assert.IsType<ProduceResult.Damaged>(await bench.ProduceAsync("1"));
        Assert.EndsWith("records up to offset 1 were acknowledged", damaged.Reason, StringComparison.Ordinal);
        Assert.Equal(0, bench.Options.AppendBudget.Used);
    }

    [Fact]
    public async Task Idle_server_gives_its_memory_back_and_a_used_one_keeps_it()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        Assert.True(bench.Server.WasUsed);
        bench.Server.Idle();
        Assert.NotEqual(0, bench.Options.TailCacheBudget.Used);
        Assert.False(bench.Server.WasUsed);

        bench.Server.Idle();
        Assert.Equal(0, bench.Options.TailCacheBudget.Used);
        Assert.Equal([(0, "0")], await bench.ReadAsync());
    }

    [Fact]
    public async Task Closed_server_gives_its_memory_back()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0");
        await bench.Server.DisposeAsync();

        Assert.Equal(0, bench.Options.TailCacheBudget.Used);
    }

    [Fact]
    public async Task Places_are_found()
    {
        await using var bench = new PartitionBench();
        var appended = Assert.IsType<ProduceResult.Appended>(await bench.ProduceAsync("0", "1"));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.AppendAsync("2");

        Assert.Equal(PartitionBench.At(0), await FindAsync(new OffsetQuery.Earliest()));
        Assert.Equal(PartitionBench.At(3, epoch: 0), await FindAsync(new OffsetQuery.Latest()));
        Assert.Equal(PartitionBench.At(0), await FindAsync(new OffsetQuery.AtTime(appended.AppendTime)));
        Assert.Equal(PartitionBench.At(2, epoch: 0), await FindAsync(new OffsetQuery.AtTime(appended.AppendTime.Plus(TimeSpan.FromMilliseconds(1)))));
        Assert.Equal(PartitionBench.At(3, epoch: 0), await FindAsync(new OffsetQuery.AtTime(new Timestamp(long.MaxValue))));
        Assert.Equal(PartitionBench.At(3, epoch: 0), await FindAsync(new OffsetQuery.EndOfEpoch(new Epoch(0))));
        Assert.Equal(PartitionBench.At(1, epoch: 0), await FindAsync(new OffsetQuery.At(new Offset(1))));

        async Task<Position> FindAsync(OffsetQuery query) =>
            Assert.IsType<ListOffsetsResult.Found>(await bench.Server.ListOffsetsAsync(query, default)).Position;
    }

    [Fact]
    public async Task Position_of_an_owner_before_is_held_or_diverges()
    {
        await using var bench = new PartitionBench();
        await bench.AppendAsync("0", "1");
        await using var next = bench.NewServer();
        await next.ProduceAsync(BatchMaker.Of("2"));

        Assert.IsType<FetchResult.Fetched>(await AskAsync(PartitionBench.At(2, epoch: 0)));
        Assert.IsType<FetchResult.Fetched>(await AskAsync(PartitionBench.At(3, epoch: 1)));
        Assert.Equal(PartitionBench.At(2, epoch: 0), Assert.IsType<FetchResult.Diverged>(await AskAsync(PartitionBench.At(3, epoch: 0))).LastCommon);
        var elsewhere = new TopicId(new Guid(9, 9, 9, new byte[8]));
        Assert.Equal(PartitionBench.Topic, Assert.IsType<FetchResult.TopicReplaced>(await AskAsync(PartitionBench.At(0) with { Topic = elsewhere })).Current);

        async Task<FetchResult> AskAsync(Position from) => await next.FetchAsync(new FetchRequest(from), default);
    }
}
