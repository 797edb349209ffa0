using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansQueue.Broker;
using OrleansQueue.Documents;
using OrleansQueue.Grains.Documents;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Formats;

/// <summary>Silos of two versions on one store: they write what both read, until the level is raised; then the earlier version does not come back.</summary>
public sealed class FormatLevelTests
{
    private static readonly FormatLevel First = FormatLevel.First;
    private static readonly FormatLevel Second = new(2);

    // Silos of one cluster start one after another, each as the test has it then.
    private FormatRange _range = new(First, First);

    [Fact]
    public async Task A_cluster_goes_from_one_level_to_the_next_when_all_its_silos_know_it()
    {
        var memory = new SharedMemory(new FormatLevels(_range, First));
        _range = new(First, Second);
        await using var silos = await StartAsync(memory);
        _range = new(First, First);
        var earlier = await JoinAsync(silos);
        var before = await silos.Broker.CreateAsync("before", new TopicSettings { Partitions = 4 });

        // The later version writes what the earlier one reads, and the earlier one keeps the level down.
        var mixed = await ToldAsync(silos);
        Assert.Equal(First, mixed.Level);
        Assert.Equal([(First, Second), (First, First)], mixed.Silos.Select(silo => (silo.Oldest!.Value, silo.Newest!.Value)));
        Assert.Equal(First, LevelsOf(silos, silos.Cluster.Primary).Current);
        var held = Assert.IsType<RaiseFormatResult.HeldBack>(await silos.Broker.RaiseFormatAsync(default));
        Assert.Equal([mixed.Silos[1]], held.By);

        // The earlier one is replaced by one of the later version.
        await silos.Cluster.StopSiloAsync(earlier);
        _range = new(First, Second);
        var later = await JoinAsync(silos);
        Assert.Equal(new RaiseFormatResult.Raised(First, Second), await silos.AgainAsync(async () => await silos.Broker.RaiseFormatAsync(default)));
        await WrittenAsync(silos, silos.Cluster.Primary, later);
        var after = await silos.AgainAsync(() => silos.Broker.CreateAsync("after", new TopicSettings()));
        Assert.Equal(1, await FormatAsync(memory, before));
        Assert.Equal(2, await FormatAsync(memory, after));

        // Nobody of the earlier version joins any more, and what was written is read.
        _range = new(First, First);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => silos.Cluster.StartAdditionalSiloAsync());
        var refused = Assert.Single(failure.WithInner().OfType<FormatLevelException>());
        Assert.Equal("The cluster is at format level 2, and this version knows level 1. Run a later version here. Nothing was changed.", refused.Message);
        Assert.Equal(before.Name, (await silos.Broker.FindTopicAsync("before", default))!.Name);
    }

    [Fact]
    public async Task A_new_store_is_at_the_newest_level()
    {
        _range = new(First, Second);
        await using var silos = await StartAsync(new SharedMemory(new FormatLevels(_range, First)));
        Assert.Equal(Second, (await silos.Broker.DescribeClusterAsync(default)).Level);
        Assert.Equal(Second, LevelsOf(silos, silos.Cluster.Primary).Current);
        Assert.Equal(new RaiseFormatResult.Newest(Second), await silos.Broker.RaiseFormatAsync(default));
    }

    private Task<TestSilos> StartAsync(SharedMemory memory) =>
        TestSilos.StartAsync(1, memory, silo => silo.Services.AddSingleton(new FormatLevels(_range, _range.Oldest)));

    private static async Task<SiloHandle> JoinAsync(TestSilos silos)
    {
        var silo = await silos.Cluster.StartAdditionalSiloAsync();
        await silos.Cluster.WaitForLivenessToStabilizeAsync();
        return silo;
    }

    private static FormatLevels LevelsOf(TestSilos silos, SiloHandle silo) => silos.Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<FormatLevels>();

    /// <summary>Waits until every silo told what it knows: the grain that heard it may have moved when a silo joined, and hears it again.</summary>
    private static async Task<ClusterDescription> ToldAsync(TestSilos silos)
    {
        while (true)
        {
            var cluster = await silos.Broker.DescribeClusterAsync(default);
            if (cluster.Silos.All(static silo => silo.Newest is not null))
            {
                return cluster;
            }
        }
    }

    /// <summary>Waits until silos write the second level, of which they hear when they next tell what they know.</summary>
    private static async Task WrittenAsync(TestSilos silos, params SiloHandle[] those)
    {
        while (those.Any(silo => LevelsOf(silos, silo).Current != Second))
        {
            await silos.Broker.DescribeClusterAsync(default);
        }
    }

    private static async Task<int> FormatAsync(SharedMemory memory, TopicDescription topic)
    {
        var name = new DocumentName($"{TopicStorage.Name}.topic", $"oq-topic/{topic.Id.Value:N}");
        return TopicDocument.Read((await memory.Documents.ReadAsync(name))!.Content).Format;
    }
}
