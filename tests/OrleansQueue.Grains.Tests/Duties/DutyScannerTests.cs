using System.Net;
using OrleansQueue.Duties;
using OrleansQueue.Grains.Duties;

namespace OrleansQueue.Grains.Tests.Duties;

/// <summary>Each shard of the index of duties is asked by one silo, whichever silos there are.</summary>
public sealed class DutyScannerTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Every_silo_gets_its_share_of_the_shards(int count)
    {
        // 200 clusters: one alone could be lucky.
        var most = Enumerable.Range(0, 200)
            .Select(cluster => Owners(Silos(count, 11_000 + (100 * cluster))).GroupBy(owner => owner).Max(owned => owned.Count()))
            .ToList();

        Assert.InRange(most.Average(), 1, 2.0 * DutyIndex.Shards / count);
        Assert.DoesNotContain(DutyIndex.Shards, most);
    }

    [Fact]
    public void Only_the_shards_of_a_silo_that_left_move()
    {
        for (var cluster = 0; cluster < 200; cluster++)
        {
            var silos = Silos(4, 11_000 + (100 * cluster));
            var before = Owners(silos);
            foreach (var leaving in silos)
            {
                var after = Owners([.. silos.Where(silo => !silo.Equals(leaving))]);

                Assert.All(Enumerable.Range(0, DutyIndex.Shards).Where(shard => !before[shard].Equals(leaving)), shard => Assert.Equal(before[shard], after[shard]));
                Assert.DoesNotContain(leaving, after);
            }
        }
    }

    [Fact]
    public void Silos_agree_whatever_order_they_know_each_other_in()
    {
        var silos = Silos(5, 11_000);

        Assert.Equal(Owners(silos), Owners([.. silos.AsEnumerable().Reverse()]));
    }

    [Fact]
    public void No_silo_asks_while_none_is_active() => Assert.Null(DutyScanner.OwnerOf(0, []));

    private static List<SiloAddress> Silos(int count, int firstPort) =>
        [.. Enumerable.Range(0, count).Select(i => SiloAddress.New(IPAddress.Loopback, firstPort + i, 1_000_000 + firstPort + (i * 7)))];

    private static List<SiloAddress> Owners(IReadOnlyList<SiloAddress> silos) =>
        [.. Enumerable.Range(0, DutyIndex.Shards).Select(shard => DutyScanner.OwnerOf(shard, silos)!)];
}
