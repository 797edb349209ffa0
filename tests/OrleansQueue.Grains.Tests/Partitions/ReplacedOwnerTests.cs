using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>An owner learns from its duty, and not from a call, that another has its log.</summary>
public sealed class ReplacedOwnerTests
{
    [Fact]
    public async Task Owner_that_its_duty_tells_that_it_was_replaced_leaves_and_the_next_one_does_the_duty()
    {
        var memory = new SharedMemory();
        await using var silos = await TestSilos.StartAsync(1, memory, WithoutScanner);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 1, RetentionTime = TimeSpan.FromSeconds(1) });
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "one"));
        var partition = silos.Cluster.GrainFactory.GetGrain<IPartitionGrain>(topic.Id.Value, "0", null);
        var holder = silos.Cluster.GrainFactory.GetGrain<IDutyHolderGrain>(partition.GetGrainId());
        var left = silos.Cluster.WaitForDeactivationAsync(partition);
        await using (var second = new PartitionServer(
            memory.Logs, topic.Id, new Partition(0), topic.Settings, new PartitionServerOptions(), NoRetentionHolds.Instance, TimeProvider.System, NoLogEvents.Instance, new BrokerMetrics(null)))
        {
            Assert.NotNull(await second.DescribeAsync());
        }

        // Nothing comes, so the fetch itself is the wait for the end of the records' time.
        Assert.IsType<FetchResult.Fetched>(await silos.Broker.FetchAsync(topic, 0, 1, TimeSpan.FromSeconds(1.5)));

        Assert.NotNull(await holder.RunDutyAsync());
        await left.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null(await holder.RunDutyAsync());
        Assert.Equal(new Offset(1), (await silos.Broker.DescribeAsync(topic, 0)).LogStart);
    }

    /// <summary>A silo that sees to no duties.</summary>
    private static void WithoutScanner(ISiloBuilder silo) =>
        silo.Services.Remove(Assert.Single(silo.Services, service => service.ImplementationType == typeof(DutyScanner)));
}
