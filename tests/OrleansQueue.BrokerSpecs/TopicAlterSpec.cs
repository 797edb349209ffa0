using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Settings are changed from one version to the next, and reach partitions that are open.</summary>
public abstract class TopicAlterSpec : BrokerSpec
{
    [Fact]
    public async Task Altered_topic_has_the_new_settings_and_the_next_version()
    {
        var topic = await CreateTopicAsync();
        var settings = topic.Settings with { Partitions = 6, RetentionTime = null, RetentionBytes = 5_000_000, WhenFull = WhenFull.DropOldest };
        var altered = Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, settings)).Topic;

        Assert.Equal(topic with { Settings = settings, Version = 2 }, altered);
        Assert.Equal(altered, await Broker.FindTopicAsync(topic.Name, default));
    }

    [Fact]
    public async Task Change_of_another_version_than_the_present_one_changes_nothing()
    {
        var topic = await CreateTopicAsync();
        var altered = Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { RetentionBytes = 1_000_000 })).Topic;

        foreach (var version in new[] { 1, 3, 0, -1, int.MaxValue })
        {
            var conflict = Assert.IsType<AlterTopicResult.Conflict>(
                await AlterAsync(topic with { Version = version }, topic.Settings with { RetentionBytes = 2_000_000 }));
            Assert.Equal(altered, conflict.Topic);
        }

        Assert.Equal(altered, await Broker.FindTopicAsync(topic.Name, default));
    }

    [Fact]
    public async Task Of_many_that_change_one_version_at_once_one_does()
    {
        var topic = await CreateTopicAsync();
        var results = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => AlterAsync(topic, topic.Settings with { RetentionBytes = i * 1_000_000 })));

        var altered = Assert.Single(results.OfType<AlterTopicResult.Altered>()).Topic;
        Assert.All(results.OfType<AlterTopicResult.Conflict>(), conflict => Assert.Equal(altered, conflict.Topic));
        Assert.Equal(altered, await Broker.FindTopicAsync(topic.Name, default));
    }

    public static TheoryData<TopicSettings, string> BadChanges => new()
    {
        { new() { Partitions = 3 }, "partitions is 3; allowed is 4 or more, as partitions cannot be taken away." },
        { new() { Partitions = 10_001 }, "partitions is 10001; allowed is 1 to 10000." },
        { new() { Durability = Durability.Os }, "durability is Os; allowed is Fsync, as it was created." },
        { new() { RetentionBytes = 0 }, "retention bytes is 0; allowed is 1 or more." },
    };

    [Theory]
    [MemberData(nameof(BadChanges))]
    public async Task Change_that_cannot_be_is_refused(TopicSettings settings, string sentence)
    {
        var topic = await CreateTopicAsync();
        var refused = Assert.IsType<AlterTopicResult.Refused>(await AlterAsync(topic, settings));

        Assert.Equal(sentence, refused.Reason.ToString());
        Assert.Equal(topic, await Broker.FindTopicAsync(topic.Name, default));
    }

    [Fact]
    public async Task Grown_topic_keeps_its_records_and_its_new_partitions_answer()
    {
        var topic = await CreateTopicAsync(new TopicSettings { Partitions = 2 });
        var (first, third) = (new Place(topic.Id, new Partition(0)), new Place(topic.Id, new Partition(2)));
        await AppendAsync(first, "before");
        Assert.IsType<ProduceResult.UnknownPartition>(await ProduceAsync(third, Batch.Of("too early")));

        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { Partitions = 3 }));

        await AppendAsync(third, "after");
        await AppendAsync(first, "after");
        Assert.Equal([(0, "before"), (1, "after")], await ReadAllAsync(first));
        Assert.Equal([(0, "after")], await ReadAllAsync(third));
        Assert.IsType<ProduceResult.UnknownPartition>(await ProduceAsync(third with { Partition = new(3) }, Batch.Of("x")));
    }

    [Fact]
    public async Task Topic_whose_growth_is_refused_does_not_grow()
    {
        var topic = await CreateTopicAsync(new TopicSettings { Partitions = 2, FixedPartitions = true });

        var refused = Assert.IsType<AlterTopicResult.Refused>(await AlterAsync(topic, topic.Settings with { Partitions = 3 }));

        Assert.Equal("partitions is 3; allowed is 2, as the topic's growth is refused.", refused.Reason.ToString());
        Assert.Equal(topic, await Broker.FindTopicAsync(topic.Name, default));
    }

    [Fact]
    public async Task Codecs_that_a_topic_takes_reach_open_partitions()
    {
        var topic = await CreateTopicAsync();
        var place = new Place(topic.Id, new Partition(0));
        await AppendAsync(place, "before");
        var snappy = Forge.FromBytes(1, BatchCompression.Snappy, [1, 2, 3]);
        Assert.IsType<ProduceResult.Refused>(await ProduceAsync(place, snappy));

        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { AcceptForeignCodecs = true }));

        Assert.Equal(new Offset(1), Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, snappy)).BaseOffset);
    }

    [Fact]
    public async Task Limit_of_bytes_reaches_open_partitions()
    {
        var topic = await CreateTopicAsync();
        var place = new Place(topic.Id, new Partition(0));
        await AppendAsync(place, new string('x', 5_000));

        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { RetentionBytes = 5_000 }));

        Assert.Equal(5_000, Assert.IsType<ProduceResult.TopicFull>(await ProduceAsync(place, Batch.Of("y"))).LimitBytes);
    }

    [Fact]
    public async Task Clock_of_the_timestamps_reaches_open_partitions_and_fetches_go_on_waiting()
    {
        var topic = await CreateTopicAsync();
        var place = new Place(topic.Id, new Partition(0));
        var next = place.At((await AppendAsync(place, "before")).BaseOffset.Value + 1);
        var waiting = FetchAsync(new FetchRequest(next) { MaxWait = FetchRequest.LongestWait });

        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { Timestamps = TimestampKind.Create }));
        await AppendAsync(place, "after");

        // The wait may have ended at the change, with nothing, and then goes on where it was.
        var found = Assert.IsType<FetchResult.Fetched>(await waiting);
        found = found.Parts.Count != 0 ? found : await ReadAsync(new FetchRequest(found.Next));
        Assert.Equal([(1, "after")], Batch.Selected(found));
        var header = RecordBatchHeader.Read(Assert.Single(Batch.Split(found)));
        Assert.Equal(TimestampKind.Create, header.Attributes.TimestampKind);
        Assert.Equal(1_000, header.MaxTimestamp.UnixMilliseconds);
    }
}
