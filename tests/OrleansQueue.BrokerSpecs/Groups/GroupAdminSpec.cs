using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Groups are created at once or not at all, found by name, paused, resumed, and deleted with their positions.</summary>
public abstract class GroupAdminSpec : GroupSpec
{
    private const string NameLimit = "1 to 255 characters that have a form in UTF-8, without controls";

    [Fact]
    public async Task Created_group_is_described_as_it_was_asked_for()
    {
        // Partitions are listed by the names of their topics.
        var name = NewName();
        var orders = await CreateTopicAsync(new TopicSettings { Partitions = 2 }, $"{name}-orders");
        var refunds = await CreateTopicAsync(new TopicSettings { Partitions = 1 }, $"{name}-refunds");
        var settings = new GroupSettings { Start = new OffsetQuery.Latest(), Ephemeral = true };
        await FillAsync(refunds, 3);
        var created = Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(settings, orders.Name, refunds.Name)).Group;

        Assert.Equal((Group, settings, false), (created.Name, created.Settings, created.IsPaused));
        Assert.Empty(created.Members);
        Assert.Equal(
            [(orders.Name, At(orders, 0, 0)), (orders.Name, At(orders, 1, 0)), (refunds.Name, At(refunds, 0, 3))],
            created.Partitions.Select(partition => (partition.TopicName, partition.Committed with { Epoch = Epoch.None })));
        Assert.All(created.Partitions, partition => Assert.Equal((null, null, 0), (partition.Owner, partition.Stopped, partition.Gaps)));
        var found = await FindGroupAsync();
        Assert.Equal((created.Settings, created.Generation), (found.Settings, found.Generation));
        Assert.Equal(created.Partitions, found.Partitions);
    }

    [Fact]
    public async Task Group_that_is_there_already_is_not_changed()
    {
        var topic = await CreateTopicAsync(1);
        await CreateGroupAsync(null, topic.Name);

        var exists = Assert.IsType<CreateGroupResult.Exists>(await CreateGroupAsync(new GroupSettings { Ephemeral = true }, topic.Name));

        Assert.False(exists.Group.Settings.Ephemeral);
        Assert.False((await FindGroupAsync()).Settings.Ephemeral);
    }

    [Fact]
    public async Task Of_many_that_create_one_group_at_once_one_does()
    {
        var topic = await CreateTopicAsync(1);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CreateGroupAsync(null, topic.Name)));

        Assert.Single(results.OfType<CreateGroupResult.Created>());
        Assert.Equal(19, results.OfType<CreateGroupResult.Exists>().Count());
    }

    [Fact]
    public async Task Group_of_a_topic_that_is_not_there_is_not_created()
    {
        var (topic, missing) = (await CreateTopicAsync(1), NewName());

        Assert.Equal(new CreateGroupResult.UnknownTopic(missing), await CreateGroupAsync(null, topic.Name, missing));

        Assert.Null(await Broker.FindGroupAsync(Group, default));
        Assert.DoesNotContain(Group, await NamesAsync(Group[..^1]));
        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(null, topic.Name));
    }

    [Fact]
    public async Task Odd_kinds_and_odd_starts_are_refused()
    {
        await AssertRefusedAsync(new GroupSettings { Kind = (GroupKind)7 }, "group kind is 7; allowed is stream or queue.");
        await AssertRefusedAsync(
            new GroupSettings { Start = new OffsetQuery.EndOfEpoch(new Epoch(3)) }, "group start is EndOfEpoch { Epoch = 3 }; allowed is earliest, latest or a time.");
    }

    [Fact]
    public async Task Name_that_no_group_has_finds_nothing()
    {
        Assert.Null(await Broker.FindGroupAsync(Group, default));
        Assert.False(await Broker.PauseGroupAsync(Group, default));
        Assert.False(await Broker.ResumeGroupAsync(Group, default));
        Assert.False(await Broker.DeleteGroupAsync(Group, default));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a\0b", "a?b")]
    [InlineData("a\r\nb\u001b[31m", "a??b?[31m")]
    [InlineData("a\u0085", "a?")]
    public async Task Bad_name_is_refused(string name, string shown)
    {
        var topic = await CreateTopicAsync(1);
        var member = new GroupMember("a", new Generation(1));

        var refused = Assert.IsType<CreateGroupResult.Refused>(await Broker.CreateGroupAsync(name, new GroupSettings(), [topic.Name], default));
        Assert.Equal($"group name is {shown}; allowed is {NameLimit}.", refused.Reason.ToString());
        Assert.Equal(refused.Reason, Assert.IsType<JoinResult.Refused>(await TryJoinAsync(new JoinRequest(name, "a", [topic.Name]))).Reason);
        Assert.Null(await Broker.FindGroupAsync(name, default));
        Assert.False(await Broker.DeleteGroupAsync(name, default));
        Assert.False(await Broker.LeaveGroupAsync(name, member, default));
        Assert.IsType<HeartbeatResult.UnknownGroup>(await Broker.HeartbeatAsync(new HeartbeatRequest(name, member, Generation.None), default));
        Assert.IsType<CommitResult.UnknownGroup>(await Broker.CommitAsync(new CommitRequest(name, new Committer.Member(member), []), default));
        Assert.IsType<SeekResult.UnknownGroup>(await Broker.SeekGroupAsync(name, [], default));
        Assert.Null(await Broker.ReadPositionsAsync(name, [], default));
    }

    [Fact]
    public async Task Name_with_half_a_character_is_refused()
    {
        // It cannot stand in an attribute, which would write it as another character.
        await Bad_name_is_refused("a\uD83D", "a?");
        await Bad_name_is_refused("\uDE00", "?");
    }

    [Fact]
    public async Task Name_of_255_characters_is_taken_and_one_more_is_refused()
    {
        var topic = await CreateTopicAsync(1);
        var longest = NewName("\u00FC \uD83D\uDE00/\\..%2f'\"<>").PadRight(255, '\u20AC');

        Assert.IsType<CreateGroupResult.Created>(await Broker.CreateGroupAsync(longest, new GroupSettings(), [topic.Name], default));
        Assert.Equal(longest, (await Broker.FindGroupAsync(longest, default))?.Name);
        Assert.Contains(longest, await NamesAsync(longest[..254]));
        Assert.True(await Broker.DeleteGroupAsync(longest, default));
        Assert.IsType<CreateGroupResult.Refused>(await Broker.CreateGroupAsync(longest + "a", new GroupSettings(), [topic.Name], default));
    }

    [Fact]
    public async Task Deleted_group_is_gone_with_its_positions_and_its_name_is_free_at_once()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 3);
        var member = await JoinAloneAsync("a", topic.Name);
        await member.CommitAsync(0, 2);
        var waiting = member.LearnAsync();

        Assert.True(await Broker.DeleteGroupAsync(Group, default));

        Assert.IsType<HeartbeatResult.UnknownGroup>(await waiting);
        Assert.Null(await Broker.FindGroupAsync(Group, default));
        Assert.DoesNotContain(Group, await NamesAsync(Group[..^1]));
        Assert.False(await Broker.DeleteGroupAsync(Group, default));
        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(null, topic.Name));
        Assert.Equal(0, await CommittedAsync(topic));
        Assert.IsType<HeartbeatResult.UnknownMember>(await member.BeatAsync());
    }

    [Fact]
    public async Task Paused_group_keeps_its_partitions_and_says_so_until_it_is_resumed()
    {
        var topic = await CreateTopicAsync(2);
        var member = await JoinAloneAsync("a", topic.Name);
        var since = member.Has.Select(partition => partition.Since).ToList();
        Assert.All(member.Has, partition => Assert.False(partition.IsPaused));

        Assert.True(await Broker.PauseGroupAsync(Group, default));
        Assert.True((await FindGroupAsync()).IsPaused);
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        Assert.All(member.Has, partition => Assert.True(partition.IsPaused));
        Assert.Equal(since, member.Has.Select(partition => partition.Since));

        Assert.True(await Broker.ResumeGroupAsync(Group, default));
        Assert.False((await FindGroupAsync()).IsPaused);
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        Assert.All(member.Has, partition => Assert.False(partition.IsPaused));
    }

    /// <summary>The names of some groups behind a name.</summary>
    private async Task<List<string>> NamesAsync(string after) => [.. (await Broker.ListGroupsAsync(after, 1_000, default)).Groups.Select(group => group.Name)];

    private async Task AssertRefusedAsync(GroupSettings settings, string sentence)
    {
        var topic = await CreateTopicAsync(1);

        Assert.Equal(sentence, Assert.IsType<CreateGroupResult.Refused>(await CreateGroupAsync(settings, topic.Name)).Reason.ToString());
        Assert.Equal(
            sentence, Assert.IsType<JoinResult.Refused>(await TryJoinAsync(new JoinRequest(Group, "a", [topic.Name]) { Create = settings })).Reason.ToString());
        Assert.Null(await Broker.FindGroupAsync(Group, default));
    }
}
