using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class QueueOrderTests
{
    private static readonly QueueSettings Ordered = new() { OrderedByKey = true, Backoff = TimeSpan.FromSeconds(1), MaxDeliveries = 2 };

    [Fact]
    public Task At_most_one_message_of_a_key_is_held_and_keys_go_side_by_side() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Ordered);
        await bench.PublishAsync("a=a1", "a=a2", "b=b1", "free", "a=a3", "b=b2");

        var first = await bench.LeaseAsync();
        Assert.Equal("a1 b1 free", first.Values);
        Assert.Empty((await bench.LeaseAsync()).Messages);

        await first.SettleAsync(SettlementKind.Complete, 2);
        Assert.Equal("b2", (await bench.LeaseAsync()).Values);
        await first.SettleAsync(SettlementKind.Complete, 0);
        Assert.Equal("a2", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task A_key_waits_with_its_message_that_failed_and_others_do_not() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Ordered);
        await bench.PublishAsync("a=a1", "a=a2", "b=b1", "b=b2");
        var lease = await bench.LeaseAsync();
        await lease.SettleAsync(SettlementKind.Abandon, 0);
        await lease.SettleAsync(SettlementKind.Complete, 2);

        Assert.Equal("b2", (await bench.LeaseAsync()).Values);
        bench.Restart();
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(1.2));
        Assert.Equal([(0, "a1", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task The_order_of_keys_outlives_their_owner() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Ordered);
        await bench.PublishAsync("a=a1", "a=a2", "b=b1");
        await bench.PublishAsync("a=a3", "b=b2");
        var lease = await bench.LeaseAsync();
        bench.Restart();

        Assert.Empty((await bench.LeaseAsync()).Messages);
        await lease.SettleAsync(SettlementKind.Complete, 0);
        bench.Restart();
        Assert.Equal("a2", (await bench.LeaseAsync()).Values);
        await lease.SettleAsync(SettlementKind.Release, 2);
        Assert.Equal([(2, "b1", 1)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task A_dead_letter_frees_its_key() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Ordered);
        await bench.PublishAsync("a=a1", "a=a2");
        var lease = await bench.LeaseAsync();
        await lease.SettleAsync(SettlementKind.DeadLetter);
        await WaitForAsync(bench, dead: 1);

        Assert.Equal("a2", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task A_redriven_message_goes_before_later_ones_of_its_key_and_waits_for_the_one_that_is_held() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Ordered);
        await bench.PublishAsync("a=a1", "a=a2", "a=a3");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.DeadLetter);
        await WaitForAsync(bench, dead: 1);
        var second = await bench.LeaseAsync();
        Assert.Equal("a2", second.Values);

        Assert.Equal(1, await bench.Queue.RedriveAsync(null, CancellationToken.None));
        await bench.Queue.WatchAsync(-1, TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Empty((await bench.LeaseAsync()).Messages);
        await second.SettleAsync(SettlementKind.Complete);

        var redriven = await bench.LeaseAsync();
        Assert.Equal([(0, "a1", 1)], redriven.Messages);
        Assert.True(redriven.Answer.IsRedriven);
        Assert.Empty((await bench.LeaseAsync()).Messages);
        Assert.Equal(0, await redriven.SettleAsync(SettlementKind.Complete));
        Assert.Equal("a3", (await bench.LeaseAsync()).Values);
    });

    private static async Task WaitForAsync(QueueBench bench, int dead)
    {
        while ((await bench.ReadDeadAsync()).Open != dead)
        {
            await Task.Yield();
        }
    }
}
