using System.Net;
using Orleans.Placement;
using Orleans.Runtime.Placement;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Partitions;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Grains.Queues;

namespace OrleansQueue.Grains.Tests.Placement;

/// <summary>The cursors of a partition's groups lie in the silo of the partition.</summary>
public sealed class PartitionPlacementTests
{
    private const int Partitions = 1_000;

    private static readonly PartitionPlacementDirector Director = new();

    [Theory]
    [InlineData(typeof(PartitionGrain))]
    [InlineData(typeof(QueueCursorGrain))]
    public void What_belongs_to_a_partition_is_placed_with_it(Type grain) =>
        Assert.IsType<PartitionPlacement>(Assert.Single(grain.GetCustomAttributes(typeof(PlacementAttribute), inherit: false).Cast<PlacementAttribute>()).PlacementStrategy);

    [Fact]
    public async Task Cursors_of_all_groups_fall_to_the_silo_of_their_partition()
    {
        var silos = new Silos(5);
        foreach (var partition in AllPartitions)
        {
            var place = await silos.PlaceAsync(PartitionKey(partition));

            foreach (var group in new[] { "billing", "a/b", "//", "+3/x", "Übung 😀" })
            {
                Assert.Equal(place, await silos.PlaceAsync(CursorKey(group, partition)));
            }
        }
    }

    [Fact]
    public async Task Every_silo_comes_to_the_same_answer_whatever_order_it_knows_the_others_in()
    {
        var silos = new Silos(5);
        var reversed = new Silos(silos.All.Reverse());
        foreach (var partition in AllPartitions)
        {
            Assert.Equal(await silos.PlaceAsync(PartitionKey(partition)), await reversed.PlaceAsync(PartitionKey(partition)));
        }
    }

    [Fact]
    public async Task Silos_that_are_known_stay_as_they_are()
    {
        var silos = new Silos(new Silos(5).All.Reverse());
        var before = silos.All.ToList();

        await silos.PlaceAsync(PartitionKey(AllPartitions.First()));

        Assert.Equal(before, silos.All);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Partitions_are_spread_over_all_silos(int count)
    {
        var silos = new Silos(count);
        var loads = new Dictionary<SiloAddress, int>();
        foreach (var partition in AllPartitions)
        {
            var place = await silos.PlaceAsync(PartitionKey(partition));
            loads[place] = loads.GetValueOrDefault(place) + 1;
        }

        Assert.Equal(count, loads.Count);
        Assert.All(loads.Values, load => Assert.InRange(load, Partitions / count * 3 / 4, Partitions / count * 5 / 4));
    }

    private static IEnumerable<TopicPartition> AllPartitions { get; } =
        [.. Enumerable.Range(0, Partitions).Select(i => new TopicPartition(new TopicId(new Guid(1 + (i % 10), 0, 0, new byte[8])), new Partition(i / 10)))];

    private static IdSpan PartitionKey(TopicPartition partition) => GrainIdKeyExtensions.CreateGuidKey(partition.Topic.Value, partition.Partition.ToString());

    private static IdSpan CursorKey(string group, TopicPartition partition) => IdSpan.Create(new QueueCursorKey(group, partition).ToString());

    /// <summary>A cluster as a director sees it.</summary>
    private sealed class Silos(IEnumerable<SiloAddress> silos) : IPlacementContext
    {
        public Silos(int count)
            : this(Enumerable.Range(0, count).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + i), 1)))
        {
        }

        public SiloAddress[] All { get; } = [.. silos];

        public SiloAddress LocalSilo => All[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public Task<SiloAddress> PlaceAsync(IdSpan key) =>
            Director.OnAddActivation(new PartitionPlacement(), new PlacementTarget(GrainId.Create(GrainType.Create("any"), key), [], default, 0), this);

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => All;

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => throw new NotSupportedException();
    }
}
