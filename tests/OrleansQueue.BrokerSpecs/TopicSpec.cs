using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Topics are created at once or not at all, found by name, and deleted with all their records.</summary>
public abstract class TopicSpec : BrokerSpec
{
    private const string NameLimit = "1 to 249 of A-Z, a-z, 0-9, '.', '_' and '-', but not '.' or '..'";

    /// <summary>Settings of which none is the default.</summary>
    private static readonly TopicSettings Others = new()
    {
        Partitions = 7,
        Durability = Durability.Os,
        RetentionTime = TimeSpan.FromMinutes(5),
        RetentionBytes = 50_000_000,
        WhenFull = WhenFull.DropOldest,
        Timestamps = TimestampKind.Create,
        AcceptForeignCodecs = true,
    };

    [Fact]
    public async Task Created_topic_is_described_as_it_was_asked_for()
    {
        var name = NewName();
        var topic = Assert.IsType<CreateTopicResult.Created>(await CreateAsync(name, Others)).Topic;

        Assert.Equal(new TopicDescription(name, topic.Id, Others, Version: 1), topic);
        Assert.Equal(topic, await Broker.FindTopicAsync(name, default));
    }

    [Fact]
    public async Task Topic_that_is_there_already_is_not_changed()
    {
        var topic = await CreateTopicAsync();

        Assert.Equal(topic, Assert.IsType<CreateTopicResult.Exists>(await CreateAsync(topic.Name, Others)).Topic);
        Assert.Equal(topic, await Broker.FindTopicAsync(topic.Name, default));
    }

    [Fact]
    public async Task Of_many_that_create_one_name_at_once_one_does()
    {
        var name = NewName();
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateAsync(name)));

        var created = Assert.Single(results.OfType<CreateTopicResult.Created>()).Topic;
        Assert.All(results.OfType<CreateTopicResult.Exists>(), exists => Assert.Equal(created, exists.Topic));
        Assert.Equal(19, results.OfType<CreateTopicResult.Exists>().Count());
    }

    [Fact]
    public async Task Name_that_no_topic_has_finds_nothing()
    {
        var name = NewName();

        Assert.Null(await Broker.FindTopicAsync(name, default));
        Assert.False(await DeleteAsync(name));
        Assert.IsType<AlterTopicResult.UnknownTopic>(await Broker.AlterTopicAsync(name, new TopicSettings(), 1, default));
    }

    [Fact]
    public async Task Topic_to_publish_to_is_found_and_none_is_created_by_default()
    {
        var topic = await CreateTopicAsync();
        var name = NewName();

        Assert.Equal(topic, await Broker.FindTopicToPublishAsync(topic.Name, default));
        Assert.Null(await Broker.FindTopicToPublishAsync(name, default));
        Assert.Null(await Broker.FindTopicAsync(name, default));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(".", ".")]
    [InlineData("..", "..")]
    [InlineData("../../x", "../../x")]
    [InlineData("..\\x", "..\\x")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("C:\\x", "C:\\x")]
    [InlineData("a%2f..", "a%2f..")]
    [InlineData("a b", "a b")]
    [InlineData("a\0b", "a?b")]
    [InlineData("a\r\nb\u001b[31m", "a??b?[31m")]
    [InlineData("\u043Erders", "\u043Erders")] // A Cyrillic letter that looks like an o.
    [InlineData("caf\u00E9", "caf\u00E9")] // One letter,
    [InlineData("cafe\u0301", "cafe\u0301")] // and the same one of two.
    public async Task Bad_name_is_refused(string name, string shown)
    {
        var refused = Assert.IsType<CreateTopicResult.Refused>(await CreateAsync(name));

        Assert.Equal($"topic name is {shown}; allowed is {NameLimit}.", refused.Reason.ToString());
        Assert.Null(await Broker.FindTopicAsync(name, default));
        Assert.False(await DeleteAsync(name));
    }

    [Fact]
    public async Task Name_with_half_a_character_is_refused()
    {
        // It cannot stand in an attribute, which would write it as another character.
        await Bad_name_is_refused(new string('\uD800', 1), "?");
    }

    [Fact]
    public async Task Name_of_249_letters_is_taken_and_one_more_is_refused()
    {
        var longest = NewName().PadRight(249, 'a');
        var topic = await CreateTopicAsync(name: longest);

        Assert.Equal(longest, topic.Name);
        var refused = Assert.IsType<CreateTopicResult.Refused>(await CreateAsync(longest + "a"));
        Assert.Equal($"topic name is {longest[..100]}...; allowed is {NameLimit}.", refused.Reason.ToString());
    }

    [Fact]
    public async Task Names_of_the_brokers_own_are_refused()
    {
        var refused = Assert.IsType<CreateTopicResult.Refused>(await CreateAsync("__mine"));

        Assert.Equal(
            "topic name is __mine; allowed is one that does not begin with __, which are the broker's own.", refused.Reason.ToString());
    }

    [Theory]
    [InlineData("CON")]
    [InlineData("NUL")]
    [InlineData("a.")]
    [InlineData("-")]
    [InlineData("...")]
    public async Task Names_that_file_systems_trip_over_are_names_like_others(string name)
    {
        // The name itself matters here, and a broker that tests share may have the topic from an earlier run.
        await DeleteAsync(name);
        var topic = await CreateTopicAsync(name: name);

        await AssertGoesOnAsync(new Place(topic.Id, new Partition(0)));
        Assert.True(await DeleteAsync(name));
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_or_in_dot_and_dash_are_two_topics()
    {
        var name = NewName("a.b");
        var others = new[] { name.ToUpperInvariant(), name.Replace('.', '_') };
        var ids = new List<TopicId> { (await CreateTopicAsync(name: name)).Id };
        foreach (var other in others)
        {
            ids.Add((await CreateTopicAsync(name: other)).Id);
        }

        await AppendAsync(new Place(ids[0], new Partition(0)), "one");
        Assert.Equal(3, ids.Distinct().Count());
        Assert.Empty(await ReadAllAsync(new Place(ids[1], new Partition(0))));
        Assert.Empty(await ReadAllAsync(new Place(ids[2], new Partition(0))));
    }

    public static TheoryData<TopicSettings, string> BadSettings => new()
    {
        { new() { Partitions = 0 }, "partitions is 0; allowed is 1 to 10000." },
        { new() { Partitions = -1 }, "partitions is -1; allowed is 1 to 10000." },
        { new() { Partitions = 10_001 }, "partitions is 10001; allowed is 1 to 10000." },
        { new() { Durability = (Durability)3 }, "durability is 3; allowed is fsync, os or memory." },
        { new() { RetentionTime = TimeSpan.FromMilliseconds(999) }, "retention time is 00:00:00.9990000; allowed is 1 second or more." },
        { new() { RetentionTime = TimeSpan.MinValue }, "retention time is -10675199.02:48:05.4775808; allowed is 1 second or more." },
        { new() { RetentionBytes = 0 }, "retention bytes is 0; allowed is 1 or more." },
        { new() { RetentionBytes = long.MinValue }, "retention bytes is -9223372036854775808; allowed is 1 or more." },
        { new() { WhenFull = (WhenFull)2 }, "when full is 2; allowed is refuse or drop-oldest." },
        { new() { Timestamps = (TimestampKind)2 }, "timestamps is 2; allowed is append or create." },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public async Task Setting_out_of_range_is_refused(TopicSettings settings, string sentence)
    {
        var name = NewName();
        var refused = Assert.IsType<CreateTopicResult.Refused>(await CreateAsync(name, settings));

        Assert.Equal(sentence, refused.Reason.ToString());
        Assert.Null(await Broker.FindTopicAsync(name, default));
    }

    [Fact]
    public async Task Deleted_topic_is_gone_with_its_records_and_its_name_is_free_at_once()
    {
        var before = await CreateTopicAsync();
        var old = new Place(before.Id, new Partition(0));
        await AppendAsync(old, "of the old topic");

        Assert.True(await DeleteAsync(before.Name));
        Assert.Null(await Broker.FindTopicAsync(before.Name, default));
        Assert.False(await DeleteAsync(before.Name));

        var after = await CreateTopicAsync(name: before.Name);
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(1, after.Version);
        Assert.Empty(await ReadAllAsync(new Place(after.Id, new Partition(0))));
        await AssertUnknownAsync(old);
    }

    [Fact]
    public async Task Partition_that_is_not_there_is_unknown()
    {
        var topic = await CreateTopicAsync(new TopicSettings { Partitions = 3 });
        foreach (var number in new[] { int.MinValue, -1, 3, 10_000, int.MaxValue })
        {
            await AssertUnknownAsync(new Place(topic.Id, new Partition(number)));
        }

        for (var number = 0; number < 3; number++)
        {
            await AssertGoesOnAsync(new Place(topic.Id, new Partition(number)));
        }
    }

    [Fact]
    public async Task Topic_that_never_was_is_unknown() => await AssertUnknownAsync(new Place(new TopicId(Guid.NewGuid()), new Partition(0)));

    private async Task AssertUnknownAsync(Place place)
    {
        Assert.IsType<ProduceResult.UnknownPartition>(await ProduceAsync(place, Batch.Of("x")));
        Assert.IsType<FetchResult.UnknownPartition>(await FetchAsync(place.From(0)));
        Assert.IsType<ListOffsetsResult.UnknownPartition>(await ListAsync(place, new OffsetQuery.Latest()));
        Assert.Null(await DescribeAsync(place));
    }
}
