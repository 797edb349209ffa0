using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>Groups in which a dead letter parks its key.</summary>
public sealed class QueueParkTests
{
    private static readonly QueueSettings Parking = new() { OrderedByKey = true, ParkKeys = true, MaxDeliveries = 1 };

    [Fact]
    public Task Later_messages_of_a_key_wait_for_its_dead_letter_and_other_keys_do_not() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();

        Assert.Equal("b2 free2", (await bench.LeaseAsync()).Values);
        await bench.PublishAsync("a=a3", "c=c1");
        bench.Restart();
        Assert.Equal("c1", (await bench.LeaseAsync()).Values);
        Assert.Equal((1, 1, 2), await StandAsync(bench));
    });

    [Fact]
    public Task A_message_that_was_put_back_comes_before_those_that_waited_for_it() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();
        (await bench.LeaseAsync()).Settlement(SettlementKind.Complete);
        Assert.Equal(1, await bench.Queue.RedriveAsync(null, CancellationToken.None));

        var again = await NextAsync(bench);
        Assert.Equal("a1", again.Values);
        Assert.True(again.Answer.IsRedriven);
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Restart();
        Assert.Empty((await bench.LeaseAsync()).Messages);
        await again.SettleAsync(SettlementKind.Complete);
        Assert.Equal("a2", (await bench.LeaseAsync()).Values);
        Assert.Equal((0, 0, 0), await StandAsync(bench));
    });

    [Fact]
    public Task A_message_that_is_put_back_while_others_are_being_read_comes_before_those_that_waited_for_it() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Parking);
        await bench.PublishAsync("a=a1", "b=b1", "a=a2");
        var held = await bench.LeaseAsync();
        await held.SettleAsync(SettlementKind.DeadLetter, 0);
        await held.SettleAsync(SettlementKind.Release, 1);
        await WhenDeadAsync(bench, 1);
        bench.Restart();
        await bench.DescribeAsync();
        var reading = new TaskCompletionSource();
        bench.Reading = reading.Task;

        var lease = bench.LeaseAsync();
        await LogBench.SettleAsync();
        await bench.Queue.RedriveAsync(null, CancellationToken.None);
        await LogBench.SettleAsync();
        reading.SetResult();

        Assert.Equal("a1", (await lease).Values);
        Assert.Equal("b1", (await bench.LeaseAsync()).Values);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public Task However_far_it_is_put_back_no_later_message_of_its_key_comes_before_it(int writes) => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();
        await bench.LeaseAsync();
        bench.Store.Gated = true;
        var redriving = bench.Queue.RedriveAsync(null, CancellationToken.None);
        for (var i = 0; i < writes; i++)
        {
            await LogBench.SettleAsync();
            ReleaseAll(bench);
        }

        await LogBench.SettleAsync();
        var lease = bench.LeaseAsync();
        await LogBench.SettleAsync();
        bench.Store.Gated = false;
        ReleaseAll(bench);
        await redriving;

        var first = await lease;
        Assert.Equal("a1", (first.Messages.Count == 0 ? await NextAsync(bench) : first).Values);
    });

    [Fact]
    public Task A_message_that_dies_again_parks_its_key_again() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();
        await bench.LeaseAsync();
        await bench.Queue.RedriveAsync(null, CancellationToken.None);
        await (await NextAsync(bench)).SettleAsync(SettlementKind.DeadLetter);
        await WhenDeadAsync(bench, 1);

        Assert.Empty((await bench.LeaseAsync()).Messages);
        Assert.Equal((1, 1, 1), await StandAsync(bench));
    });

    [Fact]
    public Task A_purge_lets_the_key_go_on_without_its_message() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();
        await bench.LeaseAsync();
        var news = bench.Queue.WatchAsync(0, TimeSpan.FromSeconds(10), CancellationToken.None);

        Assert.Equal(1, await bench.Queue.PurgeAsync(null, CancellationToken.None));
        Assert.Equal(1, (await news).Messages);
        bench.Restart();
        Assert.Equal("a2", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task Whoever_moves_the_group_frees_its_keys() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = await BuriedAsync();
        await bench.Queue.SeekAsync(new Position(bench.Partition.Topic, bench.Partition.Partition, new Offset(1), Epoch.None), CancellationToken.None);

        Assert.Equal("b1 free1 a2", (await bench.LeaseAsync(3)).Values);
        Assert.Equal((1, 0), ((await bench.DescribeAsync()).Dead, (await bench.DescribeAsync()).ParkedKeys));
    });

    /// <summary>The first message of key a is a dead letter, the first of key b and one without a key are completed.</summary>
    private static async Task<QueueBench> BuriedAsync()
    {
        var bench = new QueueBench(Parking);
        await bench.PublishAsync("a=a1", "b=b1", "free1", "a=a2", "b=b2", "free2");
        var lease = await bench.LeaseAsync(3);
        await lease.SettleAsync(SettlementKind.Abandon, 0);
        await WhenDeadAsync(bench, 1);
        await lease.SettleAsync(SettlementKind.Complete, 1, 3);
        return bench;
    }

    private static void ReleaseAll(QueueBench bench)
    {
        while (bench.Store.Waiting != 0)
        {
            bench.Store.Release();
        }
    }

    private static async Task<Leased> NextAsync(QueueBench bench)
    {
        await bench.Queue.WatchAsync(-1, TimeSpan.FromSeconds(5), CancellationToken.None);
        return await bench.LeaseAsync();
    }

    private static async Task WhenDeadAsync(QueueBench bench, long open)
    {
        while ((await bench.ReadDeadAsync()).Open != open)
        {
            await Task.Yield();
        }
    }

    private static async Task<(long Dead, long ParkedKeys, long Available)> StandAsync(QueueBench bench)
    {
        var status = await bench.DescribeAsync();
        return (status.Dead, status.ParkedKeys, status.Available);
    }
}
