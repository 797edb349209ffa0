using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Placement;

/// <summary>Partitions, with the cursors of their groups, go to a silo that comes and leave one that stops, with all that they hold.</summary>
public sealed class MovingPartitionsTests
{
    private const int Partitions = 40;
    private const string Group = "workers";

    [Fact]
    public async Task A_silo_that_comes_gets_its_share_and_cursors_go_with_their_partitions()
    {
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory());
        var topic = await FilledAsync(silos);
        Assert.Equal(2, (await LoadsAsync(silos, topic)).Count);

        await silos.Cluster.StartAdditionalSiloAsync();

        await UntilAsync(async () => await LoadsAsync(silos, topic) is { Count: 3 } loads && loads.Values.Max() <= 1.1 * Partitions / 3 && await AreTogetherAsync(silos, topic));
        await HoldsAllAsync(silos, topic);
    }

    [Fact]
    public async Task A_silo_that_stops_hands_its_partitions_over_before()
    {
        await using var silos = await TestSilos.StartAsync(3, new SharedMemory());
        var topic = await FilledAsync(silos);
        var stopping = silos.Cluster.SecondarySilos[0];
        var cache = silos.Cluster.GetSiloServiceProvider(stopping.SiloAddress).GetRequiredService<PlacementCache>();
        Assert.NotEmpty(cache.Here);
        var left = cache.Here.Select(placed => placed.Grain.Deactivated).ToList();
        var map = silos.Cluster.GrainFactory.GetGrain<IPlacementGrain>(0);

        await map.DrainAsync(stopping.SiloAddress);
        await Task.WhenAll(left).WaitAsync(TimeSpan.FromSeconds(60));

        // It is still there and serves what reaches it; nothing of the topic does.
        Assert.DoesNotContain(stopping.Name, (await LoadsAsync(silos, topic)).Keys);
        await HoldsAllAsync(silos, topic);
        await silos.Cluster.StopSiloAsync(stopping);
        await HoldsAllAsync(silos, topic);
    }

    private static async Task<TopicDescription> FilledAsync(TestSilos silos)
    {
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        await silos.Broker.CreateGroupAsync(Group, new GroupSettings { Kind = GroupKind.Queue }, ["orders"], CancellationToken.None);
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.Equal(0, await silos.Broker.AppendAsync(topic, partition, $"of {partition}"));
            Assert.NotNull(await silos.Broker.DescribeQueueAsync(Group, new TopicPartition(topic.Id, new Partition(partition)), CancellationToken.None));
        }

        return topic;
    }

    private static async Task<Dictionary<string, int>> LoadsAsync(TestSilos silos, TopicDescription topic)
    {
        var owners = await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => silos.AgainAsync(() => silos.Broker.DescribeAsync(topic, partition))));
        return owners.CountBy(status => status.Owner).ToDictionary();
    }

    private static async Task<bool> AreTogetherAsync(TestSilos silos, TopicDescription topic)
    {
        foreach (var partition in Enumerable.Range(0, Partitions))
        {
            await silos.AgainAsync(() => silos.Broker.DescribeQueueAsync(Group, new TopicPartition(topic.Id, new Partition(partition)), CancellationToken.None).AsTask());
        }

        var here = silos.Cluster.Silos.SelectMany(silo => silos.Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<PlacementCache>().Here.Select(placed => (placed.Partition, silo.Name)));
        return here.GroupBy(placed => placed.Partition).All(placed => placed.Count() == 2 && placed.Select(one => one.Name).Distinct().Count() == 1);
    }

    private static async Task HoldsAllAsync(TestSilos silos, TopicDescription topic)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var read = partition;
            Assert.Equal([$"of {partition}"], await silos.AgainAsync(() => silos.Broker.ReadAllAsync(topic, read)));
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await often.WaitForNextTickAsync(patience.Token);
        }
    }
}
