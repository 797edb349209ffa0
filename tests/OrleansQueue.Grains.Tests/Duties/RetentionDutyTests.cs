using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Duties;

/// <summary>Records past their retention go though nobody calls their partition: a duty was left that somebody sees to.</summary>
public sealed class RetentionDutyTests
{
    private static readonly TopicSettings Short = new() { Partitions = 1, RetentionTime = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Records_go_when_their_time_is_over()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", Short);
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "one"));

        await calls.AnsweredAsync("RunDutyAsync", "oq-partition");

        await AssertEmptyAsync(silos.Broker, topic);
        Assert.Equal(1, await silos.Broker.AppendAsync(topic, 0, "two"));
    }

    [Fact]
    public async Task Records_go_again_and_again()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", Short);
        for (var round = 0; round < 3; round++)
        {
            calls.Forget();
            Assert.Equal(round, await silos.Broker.AppendAsync(topic, 0, "one"));
            await calls.AnsweredAsync("RunDutyAsync", "oq-partition");
            await AssertEmptyAsync(silos.Broker, topic);
        }
    }

    [Fact]
    public async Task Records_go_after_all_silos_were_restarted_and_nobody_calls()
    {
        var memory = new SharedMemory();
        TopicDescription topic;
        await using (var before = await TestSilos.StartAsync(2, memory, WithoutScanner))
        {
            topic = await before.Broker.CreateAsync("orders", Short);
            Assert.Equal(0, await before.Broker.AppendAsync(topic, 0, "one"));
        }

        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(2, memory, silo => silo.AddIncomingGrainCallFilter(calls));
        await calls.AnsweredAsync("RunDutyAsync", "oq-partition");

        await AssertEmptyAsync(silos.Broker, topic);
    }

    [Fact]
    public async Task Records_that_a_queue_group_has_not_finished_stay_until_it_has()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", Short);
        Assert.IsType<CreateGroupResult.Created>(await silos.Broker.CreateGroupAsync("billing", new GroupSettings { Kind = GroupKind.Queue }, ["orders"], default));
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "one"));
        await calls.AnsweredAsync("RunDutyAsync", "oq-partition");
        Assert.Equal(Offset.Zero, (await silos.Broker.DescribeAsync(topic, 0)).LogStart);

        var partition = new TopicPartition(topic.Id, new Partition(0));
        var lease = Assert.IsType<LeaseResult.Leased>(await silos.Broker.LeaseAsync(new LeaseRequest("billing", partition, "worker"), default));
        var completing = new Settlement(lease.Lease, lease.Selection[0].Offsets, SettlementKind.Complete);
        Assert.Empty(Assert.IsType<SettleResult.Settled>(await silos.Broker.SettleAsync(new SettleRequest("billing", partition, [completing]), default)).Refusals);
        var grain = silos.Cluster.GrainFactory.GetGrain<IPartitionGrain>(topic.Id.Value, "0", null);
        await silos.Cluster.GrainFactory.GetGrain<IDutyHolderGrain>(grain.GetGrainId()).RunDutyAsync();

        await AssertEmptyAsync(silos.Broker, topic);
    }

    [Fact]
    public async Task Duties_go_on_when_the_silo_that_asked_for_them_is_killed()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topics = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => silos.Broker.CreateAsync($"orders-{i}", Short with { RetentionTime = TimeSpan.FromSeconds(3) })));
        await Task.WhenAll(topics.Select(topic => silos.Broker.AppendAsync(topic, 0, "one")));

        await silos.Cluster.KillSiloAsync(silos.Cluster.SecondarySilos[0]);
        calls.Forget();

        // However long the kill took, each topic has a record whose turn comes after it.
        var ends = await Task.WhenAll(topics.Select(topic => silos.AgainAsync(() => silos.BrokerOnSilo.AppendAsync(topic, 0, "two"))));
        await calls.AnsweredAsync("RunDutyAsync", "oq-partition");
        await Task.WhenAll(topics.Zip(ends, async (topic, end) =>
        {
            while (!await HasExpiredAsync(silos, topic, end + 1))
            {
                // Nothing comes, so the fetch itself is the wait.
            }
        }));
    }

    private static async Task<bool> HasExpiredAsync(TestSilos silos, TopicDescription topic, long end)
    {
        // A record that was sent again for want of an answer may be there twice, and go with the other.
        var read = await silos.AgainAsync(() => silos.BrokerOnSilo.FetchAsync(topic, 0, end, FetchRequest.LongestWait));
        return read is FetchResult.Overtaken || (read is FetchResult.Fetched { LogStart.Value: var start } && start >= end);
    }

    /// <summary>A silo that sees to no duties.</summary>
    private static void WithoutScanner(ISiloBuilder silo)
    {
        var scanner = Assert.Single(silo.Services, service => service.ImplementationType == typeof(DutyScanner));
        silo.Services.Remove(scanner);
    }

    private static async Task AssertEmptyAsync(IBroker broker, TopicDescription topic)
    {
        var status = await broker.DescribeAsync(topic, 0);
        Assert.Equal(status.HighWatermark, status.LogStart);
        Assert.True(status.LogStart > Offset.Zero);
        Assert.Equal(0, status.SizeInBytes);
    }
}
