using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>A partition whose silo dies goes on elsewhere with all that was acknowledged, and has one owner who writes.</summary>
public sealed class FailOverTests
{
    private const int Partitions = 12;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Partitions_of_a_silo_that_was_killed_go_on_with_all_that_was_acknowledged(bool kitDirectory)
    {
        await using var silos = await TestSilos.StartAsync(3, new SharedMemory(), kitDirectory: kitDirectory);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        var acknowledged = await ProduceAsync(silos, silos.Broker, topic, "before");
        var owners = await OwnersAsync(silos.Broker, topic);
        var killed = silos.Cluster.SecondarySilos.First(silo => owners.Contains(silo.Name));
        Assert.True(owners.Distinct().Count() > 1, "The partitions lie on several silos.");

        await silos.Cluster.KillSiloAsync(killed);
        var after = await ProduceAsync(silos, silos.Broker, topic, "after");

        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.Equal([acknowledged[partition], after[partition]], (await silos.AgainAsync(() => silos.Broker.ReadAllAsync(topic, partition))).Distinct());
        }

        Assert.DoesNotContain(killed.Name, await silos.AgainAsync(() => OwnersAsync(silos.BrokerOnSilo, topic)));
    }

    [Fact]
    public async Task Owner_whose_log_another_one_opened_answers_fenced_and_leaves()
    {
        var memory = new SharedMemory();
        await using var silos = await TestSilos.StartAsync(2, memory);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 1 });
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "of the first owner"));
        var first = await silos.Broker.DescribeAsync(topic, 0);
        var grain = silos.Cluster.GrainFactory.GetGrain<IPartitionGrain>(topic.Id.Value, "0", null);
        var left = silos.Cluster.WaitForDeactivationAsync(grain);
        Assert.False(left.IsCompleted);

        await using var second = new PartitionServer(
            memory.Logs, topic.Id, new Partition(0), topic.Settings, new PartitionServerOptions(), NoRetentionHolds.Instance, TimeProvider.System, NoLogEvents.Instance, new BrokerMetrics(null));
        Assert.IsType<ProduceResult.Appended>(await second.ProduceAsync(BrokerCalls.BatchOf("of the second owner")));

        Assert.IsType<ProduceResult.Fenced>(await silos.Broker.SendAsync(topic, 0, "of an owner that is none"));
        await left.WaitAsync(TimeSpan.FromSeconds(60));

        // The next call makes an owner anew, and then the second one is fenced.
        Assert.Equal(2, await silos.Broker.AppendAsync(topic, 0, "of the third owner"));
        Assert.True((await silos.Broker.DescribeAsync(topic, 0)).Epoch > first.Epoch);
        Assert.IsType<ProduceResult.Fenced>(await second.ProduceAsync(BrokerCalls.BatchOf("late")));
        Assert.Equal(["of the first owner", "of the second owner", "of the third owner"], await silos.Broker.ReadAllAsync(topic, 0));
    }

    [Fact]
    public async Task Partitions_lie_on_all_silos()
    {
        await using var silos = await TestSilos.StartAsync(3, new SharedMemory());
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 60 });

        var owners = await OwnersAsync(silos.Broker, topic, 60);

        Assert.Equal(silos.Cluster.Silos.Select(silo => silo.Name).Order(), owners.Distinct().Order());
        Assert.All(owners.GroupBy(owner => owner), owned => Assert.InRange(owned.Count(), 5, 40));
    }

    /// <summary>Appends a record to each partition, again where no answer came or its owner was lost, and answers what was acknowledged.</summary>
    private static async Task<List<string>> ProduceAsync(TestSilos silos, IBroker broker, TopicDescription topic, string word)
    {
        var values = new List<string>();
        for (var partition = 0; partition < topic.Settings.Partitions; partition++)
        {
            values.Add($"{word} {partition}");
            while (await silos.AgainAsync(() => broker.SendAsync(topic, partition, values[^1])) is not ProduceResult.Appended)
            {
                await silos.Cluster.WaitForLivenessToStabilizeAsync(didKill: true);
            }
        }

        return values;
    }

    private static async Task<List<string>> OwnersAsync(IBroker broker, TopicDescription topic, int partitions = Partitions)
    {
        var owners = await Task.WhenAll(Enumerable.Range(0, partitions).Select(partition => broker.DescribeAsync(topic, partition)));
        return [.. owners.Select(status => status.Owner)];
    }
}
