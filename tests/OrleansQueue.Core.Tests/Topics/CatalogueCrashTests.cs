using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>The shard, its keeper or the power fails in the middle; what was begun is finished, and nothing is half there.</summary>
public sealed class CatalogueCrashTests
{
    [Fact]
    public async Task Creation_whose_keeper_failed_is_settled_by_whoever_finds_it()
    {
        var bench = await CatalogueBench.OpenAsync();
        bench.OnCall = () => throw new IOException("The keeper is away.");
        await Assert.ThrowsAsync<IOException>(() => bench.CreateAsync("orders"));
        bench.OnCall = null;

        await bench.OpenAsync();
        Assert.True(bench.Catalogue.IsUnsettled);
        Assert.Empty(bench.Kept);
        var found = await bench.Catalogue.FindAsync("orders");
        Assert.Equal(found, Assert.Single(bench.Kept.Values));
        Assert.False(bench.Catalogue.IsUnsettled);
    }

    [Fact]
    public async Task Creation_whose_keeper_failed_is_settled_by_whoever_creates_it_again()
    {
        var bench = await CatalogueBench.OpenAsync();
        bench.OnCall = () => throw new IOException("The keeper is away.");
        await Assert.ThrowsAsync<IOException>(() => bench.CreateAsync("orders"));
        bench.OnCall = null;
        await bench.OpenAsync();

        var exists = Assert.IsType<CreateTopicResult.Exists>(await bench.Catalogue.CreateAsync("orders", new TopicSettings()));
        Assert.Equal(exists.Topic, Assert.Single(bench.Kept.Values));
    }

    [Fact]
    public async Task Alteration_and_deletion_whose_keeper_failed_are_settled_later()
    {
        var bench = await CatalogueBench.OpenAsync();
        var (first, second) = (await bench.CreateAsync("first"), await bench.CreateAsync("second", new TopicSettings { Partitions = 5 }));
        bench.OnCall = () => throw new IOException("The keeper is away.");
        await Assert.ThrowsAsync<IOException>(() => bench.Catalogue.AlterAsync("first", new TopicSettings { Partitions = 8 }, 1).AsTask());
        await bench.Catalogue.DeleteAsync("second");
        await Assert.ThrowsAsync<IOException>(() => bench.Catalogue.SettleAsync().AsTask());
        bench.OnCall = null;

        await bench.OpenAsync();
        await bench.Catalogue.SettleAsync();

        Assert.Equal(8, bench.Kept[first.Id].Settings.Partitions);
        Assert.Equal([(second.Id, 5)], bench.Deleted);
        Assert.False(bench.Catalogue.IsUnsettled);
        await bench.Catalogue.SettleAsync();
        Assert.Single(bench.Deleted);
    }

    [Fact]
    public async Task Shard_that_another_owner_opened_writes_nothing_more()
    {
        var bench = await CatalogueBench.OpenAsync();
        var old = bench.Catalogue;
        await bench.OpenAsync();

        var error = await Assert.ThrowsAsync<IOException>(() => old.CreateAsync("orders", new TopicSettings()).AsTask());
        Assert.Equal("The catalogue could not be written: Fenced.", error.Message);
        Assert.Empty(bench.Kept);
        Assert.Null(await bench.Catalogue.FindAsync("orders"));
    }

    [Fact]
    public async Task Loss_of_power_at_any_change_leaves_each_topic_whole_or_not_there()
    {
        var whole = new ForgetfulDisk();
        await RunAsync(whole);
        for (var cut = 0; cut <= whole.Changes; cut++)
        {
            var disk = new ForgetfulDisk();
            disk.CutPowerAfter(cut);
            var acknowledged = await RunAsync(disk);
            for (var seed = 0; seed < 3; seed++)
            {
                await AssertRecoversAsync(disk.Restart(seed), acknowledged, $"cut after {cut}, seed {seed}");
            }
        }
    }

    private static async Task AssertRecoversAsync(ForgetfulDisk disk, Dictionary<string, int?> acknowledged, string when)
    {
        var bench = await CatalogueBench.OpenAsync(await FileStores.OpenAsync(disk));
        await bench.Catalogue.SettleAsync();
        foreach (var (name, version) in acknowledged)
        {
            var found = await bench.Catalogue.FindAsync(name);

            // The step behind the last one that was acknowledged may have been written too, but no other.
            var next = version switch { null => 1, 1 => 2, _ => (int?)null };
            Assert.True(found?.Version == version || found?.Version == next, $"{when}: {name} has version {found?.Version}; acknowledged was {version}.");
            Assert.True(found is null || found.Settings.Partitions == 3 + found.Version, $"{when}: {name} has settings of another version.");
        }

        var afterwards = await bench.CreateAsync("afterwards");
        await bench.OpenAsync();
        Assert.Equal(afterwards, await bench.Catalogue.FindAsync("afterwards"));
    }

    /// <summary>Creates, alters and deletes until the power goes; answers the version of each topic that was acknowledged last, null where it is gone.</summary>
    private static async Task<Dictionary<string, int?>> RunAsync(ForgetfulDisk disk)
    {
        string[] names = ["a", "b", "c"];
        var acknowledged = names.ToDictionary(name => name, _ => (int?)null);
        try
        {
            var bench = await CatalogueBench.OpenAsync(await FileStores.OpenAsync(disk));
            foreach (var name in names)
            {
                await bench.CreateAsync(name, new TopicSettings { Partitions = 4 });
                acknowledged[name] = 1;
                Assert.IsType<AlterTopicResult.Altered>(await bench.Catalogue.AlterAsync(name, new TopicSettings { Partitions = 5 }, 1));
                acknowledged[name] = 2;
            }

            await bench.Catalogue.DeleteAsync("b");
            acknowledged["b"] = null;
            await bench.Catalogue.SettleAsync();
        }
        catch (IOException)
        {
            // The power is out.
        }

        return acknowledged;
    }
}
