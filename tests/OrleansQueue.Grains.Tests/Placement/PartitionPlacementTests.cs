using System.Net;
using System.Text;
using Orleans.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Partitions;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Grains.Queues;

namespace OrleansQueue.Grains.Tests.Placement;

/// <summary>The cursors of a partition's groups lie in the silo of the partition.</summary>
public sealed class PartitionPlacementTests
{
    private const int Partitions = 1_000;

    [Theory]
    [InlineData(typeof(PartitionGrain))]
    [InlineData(typeof(QueueCursorGrain))]
    public void What_belongs_to_a_partition_is_placed_with_it(Type grain) =>
        Assert.IsType<PartitionPlacement>(Assert.Single(grain.GetCustomAttributes(typeof(PlacementAttribute), inherit: false).Cast<PlacementAttribute>()).PlacementStrategy);

    [Fact]
    public void Without_the_map_cursors_of_all_groups_fall_to_the_silo_of_their_partition()
    {
        var silos = Silos(5);
        foreach (var partition in AllPartitions)
        {
            var place = PartitionPlacementDirector.WithoutMap(PartitionKey(partition), silos);
            foreach (var group in new[] { "billing", "a/b", "//", "+3/x", "Übung 😀" })
            {
                Assert.Equal(place, PartitionPlacementDirector.WithoutMap(CursorKey(group, partition), silos));
            }
        }
    }

    [Fact]
    public void The_partition_is_read_from_its_own_key_and_from_that_of_a_cursor()
    {
        foreach (var partition in AllPartitions)
        {
            Assert.True(QueueCursorKey.TryParsePartition(PartitionKey(partition).AsSpan(), out var own));
            Assert.True(QueueCursorKey.TryParsePartition(CursorKey("a/b", partition).AsSpan(), out var ofCursor));
            Assert.Equal((partition, partition), (own, ofCursor));
        }

        Assert.All(["", "x", $"{Guid.Empty:N}", $"{Guid.Empty:N}+", $"{Guid.Empty:N}+x", $"{Guid.Empty:N}-3", $"{Guid.Empty:D}+3"], key => Assert.False(QueueCursorKey.TryParsePartition(Encoding.UTF8.GetBytes(key), out _)));
    }

    [Fact]
    public void Without_the_map_every_silo_comes_to_the_same_answer_whatever_order_it_knows_the_others_in()
    {
        var silos = Silos(5);
        Assert.All(AllPartitions, partition => Assert.Equal(
            PartitionPlacementDirector.WithoutMap(PartitionKey(partition), silos), PartitionPlacementDirector.WithoutMap(PartitionKey(partition), silos.Reverse())));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Without_the_map_partitions_are_spread_over_all_silos(int count)
    {
        var loads = AllPartitions.CountBy(partition => PartitionPlacementDirector.WithoutMap(PartitionKey(partition), Silos(count))).ToDictionary();
        Assert.Equal(count, loads.Count);
        Assert.All(loads.Values, load => Assert.InRange(load, Partitions / count * 3 / 4, Partitions / count * 5 / 4));
    }

    private static IEnumerable<TopicPartition> AllPartitions { get; } =
        [.. Enumerable.Range(0, Partitions).Select(i => new TopicPartition(new TopicId(new Guid(1 + (i % 10), 0, 0, new byte[8])), new Partition(i / 10)))];

    private static IdSpan PartitionKey(TopicPartition partition) => GrainIdKeyExtensions.CreateGuidKey(partition.Topic.Value, partition.Partition.ToString());

    private static IdSpan CursorKey(string group, TopicPartition partition) => IdSpan.Create(new QueueCursorKey(group, partition).ToString());

    private static SiloAddress[] Silos(int count) => [.. Enumerable.Range(0, count).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + i), 1))];
}
