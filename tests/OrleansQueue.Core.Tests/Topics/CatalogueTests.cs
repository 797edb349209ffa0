using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>A shard of the catalogue: what it answers, what its keepers hear, and what is there after a restart.</summary>
public sealed class CatalogueTests
{
    [Fact]
    public async Task Created_topic_is_kept_before_it_is_answered_and_there_after_a_restart()
    {
        var bench = await CatalogueBench.OpenAsync();
        var topic = await bench.CreateAsync("orders", TopicExamples.Full.Settings);

        Assert.Equal(topic, bench.Kept[topic.Id]);
        Assert.False(bench.Catalogue.IsUnsettled);
        await bench.OpenAsync();
        Assert.Equal(topic, await bench.Catalogue.FindAsync("orders"));
        Assert.Equal(new CreateTopicResult.Exists(topic), await bench.Catalogue.CreateAsync("orders", new TopicSettings()));
    }

    [Fact]
    public async Task What_the_level_of_the_cluster_cannot_hold_is_refused()
    {
        const string Reason = "growth is refuse; allowed is allow, as the cluster writes format level 1: it needs 2, see oq cluster raise-format.";
        var levels = new FormatLevels(FormatRange.Own, FormatLevel.First);
        var bench = await CatalogueBench.OpenAsync(new MemoryLogStore(FileStores.Id, levels: levels));
        var topic = await bench.CreateAsync("orders");
        var asked = topic.Settings with { FixedPartitions = true };
        Assert.Equal(Reason, Assert.IsType<AlterTopicResult.Refused>(await bench.Catalogue.AlterAsync("orders", asked, topic.Version)).Reason.ToString());
        Assert.Equal(Reason, Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync("bills", asked)).Reason.ToString());

        levels.Raise(new(2));
        Assert.IsType<AlterTopicResult.Altered>(await bench.Catalogue.AlterAsync("orders", asked, topic.Version));
        await bench.OpenAsync();
        Assert.True((await bench.Catalogue.FindAsync("orders"))!.Settings.FixedPartitions);
    }

    [Fact]
    public async Task What_is_answered_is_what_is_written()
    {
        var bench = await CatalogueBench.OpenAsync();
        var fine = new TopicSettings { RetentionTime = TimeSpan.FromTicks(15_000_001) };
        var created = await bench.CreateAsync("orders", fine);
        var altered = Assert.IsType<AlterTopicResult.Altered>(
            await bench.Catalogue.AlterAsync("orders", fine with { RetentionTime = TimeSpan.FromTicks(25_000_001) }, 1)).Topic;

        Assert.Equal(TimeSpan.FromMilliseconds(1_500), created.Settings.RetentionTime);
        Assert.Equal(TimeSpan.FromMilliseconds(2_500), altered.Settings.RetentionTime);
        Assert.Equal(altered, bench.Kept[created.Id]);
        await bench.OpenAsync();
        Assert.Equal(altered, await bench.Catalogue.FindAsync("orders"));
    }

    [Fact]
    public async Task Altered_topic_is_kept_before_it_is_answered_and_there_after_a_restart()
    {
        var bench = await CatalogueBench.OpenAsync();
        var before = await bench.CreateAsync("orders");
        var altered = Assert.IsType<AlterTopicResult.Altered>(
            await bench.Catalogue.AlterAsync("orders", new TopicSettings { Partitions = 9 }, before.Version)).Topic;

        Assert.Equal((before.Id, 9, 2), (altered.Id, altered.Settings.Partitions, altered.Version));
        Assert.Equal(altered, bench.Kept[before.Id]);
        await bench.OpenAsync();
        Assert.Equal(altered, await bench.Catalogue.FindAsync("orders"));
        Assert.Equal(new AlterTopicResult.Conflict(altered), await bench.Catalogue.AlterAsync("orders", new TopicSettings(), 1));
    }

    [Fact]
    public async Task Deleted_topic_is_gone_at_once_and_its_records_go_when_it_is_settled()
    {
        var bench = await CatalogueBench.OpenAsync();
        var before = await bench.CreateAsync("orders", new TopicSettings { Partitions = 7 });
        Assert.True(await bench.Catalogue.DeleteAsync("orders"));

        Assert.Null(await bench.Catalogue.FindAsync("orders"));
        Assert.True(bench.Catalogue.IsUnsettled);
        var after = await bench.CreateAsync("orders");
        Assert.NotEqual(before.Id, after.Id);

        await bench.Catalogue.SettleAsync();
        Assert.Equal([(before.Id, 7)], bench.Deleted);
        Assert.False(bench.Catalogue.IsUnsettled);
        await bench.OpenAsync();
        Assert.False(bench.Catalogue.IsUnsettled);
        Assert.Equal(after, await bench.Catalogue.FindAsync("orders"));
    }

    [Fact]
    public async Task Refusals_and_what_is_not_there_write_nothing()
    {
        var bench = await CatalogueBench.OpenAsync();
        var topic = await bench.CreateAsync("orders");
        var appends = bench.Store.Appends.Count;

        Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync("a/b", new TopicSettings()));
        Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync("__ours", new TopicSettings()));
        Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync("other", new TopicSettings { Partitions = 0 }));
        Assert.IsType<CreateTopicResult.Exists>(await bench.Catalogue.CreateAsync("orders", TopicExamples.Full.Settings));
        Assert.IsType<AlterTopicResult.Refused>(await bench.Catalogue.AlterAsync("orders", new TopicSettings { Partitions = 1 }, 1));
        Assert.IsType<AlterTopicResult.UnknownTopic>(await bench.Catalogue.AlterAsync("other", new TopicSettings(), 1));
        Assert.False(await bench.Catalogue.DeleteAsync("other"));
        Assert.Null(await bench.Catalogue.FindAsync("other"));

        Assert.Equal(appends, bench.Store.Appends.Count);
        Assert.Equal([topic], bench.Kept.Values);
    }

    [Fact]
    public async Task List_goes_on_behind_a_name_and_holds_no_more_than_asked_for()
    {
        var bench = await CatalogueBench.OpenAsync();
        foreach (var name in new[] { "c", "a", "d", "b" })
        {
            await bench.CreateAsync(name);
        }

        Assert.Equal(["a", "b", "c", "d"], Names(null, 10));
        Assert.Equal(["a", "b"], Names(null, 2));
        Assert.Equal(["c", "d"], Names("b", 2));
        Assert.Equal(["a"], Names(null, 0));
        Assert.Empty(Names("d", 10));

        IEnumerable<string> Names(string? after, int limit) => bench.Catalogue.List(after, limit).Select(topic => topic.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("orders")]
    [InlineData("a very different name")]
    public void Shard_follows_from_the_name_and_lies_within_their_number(string name)
    {
        Assert.InRange(Catalogue.ShardOf(name), 0, Catalogue.Shards - 1);
        Assert.Equal(Catalogue.ShardOf(name), Catalogue.ShardOf(string.Concat(name)));
    }

    [Fact]
    public void Shards_of_names_never_change()
    {
        // They are part of the stored form: a topic is looked for where it was put.
        Assert.Equal(16, Catalogue.Shards);
        Assert.Equal((int)(0xE3069283 % 16), Catalogue.ShardOf("123456789"));
        Assert.Equal(0, Catalogue.ShardOf(""));
    }

    [Fact]
    public async Task Journal_grows_into_snapshots_and_all_topics_come_back()
    {
        var store = await FileStores.OpenAsync(new ForgetfulDisk(), FileStores.Options(writeAheadFileBytes: 1 << 20));
        var bench = await CatalogueBench.OpenAsync(store);
        var topics = new List<TopicDescription>();
        for (var i = 0; i < 800; i++)
        {
            topics.Add(await bench.CreateAsync($"topic-{i:D4}"));
        }

        await using (var journal = await store.OpenAsync(LogId.Parse("catalogue-03"), new LogOptions(), new OrleansQueue.Log.TailIndexer(100, new(0)), CancellationToken.None))
        {
            Assert.True(journal.Segments[0].FirstOffset > Offset.Zero, "No snapshot was taken in 800 topics.");
        }

        await bench.OpenAsync();
        Assert.Equal(topics, bench.Catalogue.List(null, 1_000));
        Assert.False(bench.Catalogue.IsUnsettled);
    }
}
