using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Log;

public sealed class ParkedBatchesTests
{
    private static readonly int[] OutOfOrder = [4, 2, 5, 3];

    [Fact]
    public Task Up_to_four_wait_and_their_turn_comes_in_order_when_the_missing_one_arrives() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        var parked = OutOfOrder.ToDictionary(first => first, first => bench.AppendAsync(LogBench.Produced(first)));
        await LogBench.SettleAsync();
        Assert.All(parked.Values, append => Assert.False(append.IsCompleted));
        Assert.Equal(new Offset(1), await OffsetOf(bench.AppendAsync(LogBench.Produced(1))));
        foreach (var (first, append) in parked)
        {
            Assert.Equal(new Offset(first), await OffsetOf(append));
        }

        Assert.Equal(["1/0/0", "1/0/1", "1/0/2", "1/0/3", "1/0/4", "1/0/5"], (await bench.ReadAllAsync()).Select(record => record.Value));
        Assert.Equal(0, bench.Clock.Waiting);
    });

    [Fact]
    public Task Nothing_of_others_comes_between_a_batch_and_those_parked_behind_it() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        var parked = bench.AppendAsync(LogBench.Produced(2));
        var missing = bench.AppendAsync(LogBench.Produced(1));
        var other = bench.AppendAsync(BatchMaker.Of("other"));
        Assert.Equal(new Offset(1), await OffsetOf(missing));
        Assert.Equal(new Offset(2), await OffsetOf(parked));
        Assert.Equal(new Offset(3), await OffsetOf(other));
    });

    [Fact]
    public Task The_fifth_is_refused_at_once_but_other_producers_may_park() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        await bench.AppendAsync(LogBench.Produced(0, producer: 2));
        var parked = Enumerable.Range(2, 4).Select(first => bench.AppendAsync(LogBench.Produced(first))).ToList();
        Assert.Equal(new ProduceResult.OutOfOrder(new Sequence(1)), await bench.AppendAsync(LogBench.Produced(6)));
        var others = bench.AppendAsync(LogBench.Produced(2, producer: 2));
        await LogBench.SettleAsync();
        Assert.False(others.IsCompleted);
        bench.Clock.Advance(bench.Options.ParkTime);
        Assert.All(await Task.WhenAll([.. parked, others]), result => Assert.Equal(new ProduceResult.OutOfOrder(new Sequence(1)), result));
    });

    [Fact]
    public Task Parked_batches_of_all_producers_together_take_no_more_memory_than_they_may() => OneScheduler.RunAsync(async () =>
    {
        var batch = LogBench.Produced(2).Length;
        var bench = await LogBench.OpenAsync(options => options with { MaxPendingBytes = (2 * batch) + 1 });
        for (var producer = 1; producer <= 3; producer++)
        {
            await bench.AppendAsync(LogBench.Produced(0, producer: producer));
        }

        var parked = Enumerable.Range(1, 2).Select(producer => bench.AppendAsync(LogBench.Produced(2, producer: producer))).ToList();
        Assert.Equal(new ProduceResult.OutOfOrder(new Sequence(1)), await bench.AppendAsync(LogBench.Produced(2, producer: 3)));
        Assert.Equal(new Offset(3), await OffsetOf(bench.AppendAsync(LogBench.Produced(1))));
        Assert.Equal(new Offset(4), await OffsetOf(parked[0]));
        var room = bench.AppendAsync(LogBench.Produced(2, producer: 3));
        await LogBench.SettleAsync();
        Assert.False(room.IsCompleted);
    });

    [Fact]
    public Task After_a_second_the_producer_is_told_where_to_go_on() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        var parked = bench.AppendAsync(LogBench.Produced(4));
        bench.Clock.Advance(TimeSpan.FromMilliseconds(999));
        await bench.AppendAsync(LogBench.Produced(1));
        await LogBench.SettleAsync();
        Assert.False(parked.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new ProduceResult.OutOfOrder(new Sequence(2)), await parked);
        Assert.Equal(2, (await bench.ReadAllAsync()).Count);
        Assert.Equal(new Offset(2), await OffsetOf(bench.AppendAsync(LogBench.Produced(2))));
    });

    [Fact]
    public Task A_batch_parked_twice_is_stored_once_and_the_other_is_its_duplicate() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        var parked = bench.AppendAsync(LogBench.Produced(2));
        var again = bench.AppendAsync(LogBench.Produced(2));
        await bench.AppendAsync(LogBench.Produced(1));
        Assert.Equal(new Offset(2), await OffsetOf(parked));
        bench.Clock.Advance(bench.Options.ParkTime);
        Assert.Equal(new ProduceResult.Duplicate(new Offset(2), Durability.Fsync), await again);
        Assert.Equal(3, (await bench.ReadAllAsync()).Count);
    });

    [Fact]
    public Task A_parked_batch_of_an_epoch_that_was_fenced_meanwhile_is_told_so() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        var parked = bench.AppendAsync(LogBench.Produced(2));
        await bench.AppendAsync(LogBench.Produced(0, epoch: 1));
        await bench.AppendAsync(LogBench.Produced(1, epoch: 1));
        bench.Clock.Advance(bench.Options.ParkTime);
        Assert.Equal(new ProduceResult.ProducerFenced(new ProducerEpoch(1)), await parked);
        Assert.Equal(["1/0/0", "1/1/0", "1/1/1"], (await bench.ReadAllAsync()).Select(record => record.Value));
    });

    [Fact]
    public Task A_parked_batch_whose_log_failed_meanwhile_is_worth_another_try() => OneScheduler.RunAsync(async () =>
    {
        var bench = await StartedAsync();
        bench.Store.Gated = true;
        var unknown = bench.AppendAsync(LogBench.Produced(1));
        var parked = bench.AppendAsync(LogBench.Produced(3));
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("unknown"), stored: true);
        await Assert.ThrowsAsync<IOException>(() => unknown);
        bench.Store.Gated = false;
        bench.Clock.Advance(bench.Options.ParkTime);
        Assert.IsType<ProduceResult.Throttled>(await parked);
    });

    [Fact]
    public async Task A_producer_that_nobody_knows_is_not_parked()
    {
        var bench = await LogBench.OpenAsync();
        Assert.Equal(new ProduceResult.UnknownProducer(), await bench.AppendAsync(LogBench.Produced(1)));
        await bench.AppendAsync(LogBench.Produced(0));
        Assert.Equal(new ProduceResult.UnknownProducer(), await bench.AppendAsync(LogBench.Produced(1, producer: 2)));
        Assert.Equal(new ProduceResult.UnknownProducer(), await bench.AppendAsync(LogBench.Produced(1, epoch: 1)));
    }

    private static async Task<LogBench> StartedAsync()
    {
        var bench = await LogBench.OpenAsync();
        await bench.AppendAsync(LogBench.Produced(0));
        return bench;
    }

    private static async Task<Offset> OffsetOf(Task<ProduceResult> append) => Assert.IsType<ProduceResult.Appended>(await append).BaseOffset;
}
