using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Each partition is read by one member; what moves is handed over, and what does not move is not disturbed.</summary>
public abstract class MembershipSpec : GroupSpec
{
    [Fact]
    public async Task One_member_gets_all_partitions()
    {
        var topic = await CreateTopicAsync(5);
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.Equal([0, 1, 2, 3, 4], member.Numbers);
        Assert.All(member.Has, partition => Assert.Equal((topic.Name, topic.Id, Offset.Zero, false), (partition.TopicName, partition.Start.Topic, partition.Start.Offset, partition.IsPaused)));
        var group = await FindGroupAsync();
        Assert.Equal(["a"], group.Members.Select(known => known.Id));
        Assert.Equal([topic.Name], group.Members[0].Topics);
        Assert.All(group.Partitions, partition => Assert.Equal("a", partition.Owner));
    }

    [Fact]
    public async Task Second_member_takes_its_share_and_the_first_keeps_the_rest_as_it_has_it()
    {
        var topic = await CreateTopicAsync(4);
        var first = await JoinAloneAsync("a", topic.Name);
        var before = first.Has;
        var second = await JoinAsync("b", topic.Name);

        // What is to move is still the first one's until it has released it.
        Assert.IsType<HeartbeatResult.Assigned>(await second.BeatAsync());
        Assert.Empty(second.Has);
        Assert.IsType<HeartbeatResult.Assigned>(await first.BeatAsync());
        Assert.Equal(2, first.Has.Count);
        Assert.All(first.Has, partition => Assert.Contains(partition, before));
        await second.BeatAsync();
        Assert.Empty(second.Has);

        // The first one's next heartbeat releases it.
        Assert.IsType<HeartbeatResult.Unchanged>(await first.BeatAsync());
        await second.UntilAsync(2);
        Assert.Equal([0, 1, 2, 3], first.Numbers.Concat(second.Numbers).Order());
        Assert.All(second.Has, partition => Assert.True(partition.Since > before.Max(old => old.Since)));
        Assert.All(first.Has, partition => Assert.Contains(partition, before));
    }

    [Fact]
    public async Task Member_that_leaves_gives_its_partitions_to_the_others_at_once()
    {
        var topic = await CreateTopicAsync(4);
        var (first, second) = await JoinTwoAsync(topic.Name);
        var kept = first.Has;

        Assert.True(await second.LeaveAsync());

        Assert.IsType<HeartbeatResult.Assigned>(await first.BeatAsync());
        Assert.Equal([0, 1, 2, 3], first.Numbers);
        Assert.All(kept, partition => Assert.Contains(partition, first.Has));
        Assert.False(await second.LeaveAsync());
        Assert.IsType<HeartbeatResult.UnknownMember>(await second.BeatAsync());
    }

    [Fact]
    public async Task Of_two_members_of_one_id_the_older_is_told_and_the_newer_has_its_partitions()
    {
        var topic = await CreateTopicAsync(2);
        var older = await JoinAloneAsync("a", topic.Name);
        var newer = await JoinAloneAsync("a", topic.Name);

        Assert.Equal([0, 1], newer.Numbers);
        Assert.True(newer.Who.Joined > older.Who.Joined);
        Assert.IsType<HeartbeatResult.Replaced>(await older.BeatAsync());
        Assert.IsType<CommitResult.Replaced>(await older.CommitAsync(new Commit(older.At(0, 0), older[0].Since)));
        Assert.False(await older.LeaveAsync());
        Assert.IsType<HeartbeatResult.Unchanged>(await newer.BeatAsync());
        Assert.Single((await FindGroupAsync()).Members);
    }

    [Fact]
    public async Task Who_never_joined_is_told()
    {
        var topic = await CreateTopicAsync(1);
        await JoinAsync("a", topic.Name);
        var nobody = new Membership(Broker, Group, new GroupMember("b", new Generation(1)));

        Assert.IsType<HeartbeatResult.UnknownMember>(await nobody.BeatAsync());
        Assert.IsType<CommitResult.UnknownMember>(await nobody.CommitAsync());
        Assert.False(await nobody.LeaveAsync());
    }

    [Fact]
    public async Task Waiting_heartbeat_learns_of_a_change()
    {
        var topic = await CreateTopicAsync(2);
        var first = await JoinAloneAsync("a", topic.Name);
        var waiting = first.LearnAsync();
        Assert.False(waiting.IsCompleted);

        await JoinAsync("b", topic.Name);

        Assert.IsType<HeartbeatResult.Assigned>(await waiting);
        Assert.Single(first.Has);
    }

    [Fact]
    public async Task Heartbeat_where_nothing_changed_says_so()
    {
        var topic = await CreateTopicAsync(2);
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync());
        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync(TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public async Task Waiting_heartbeat_can_be_cancelled()
    {
        var topic = await CreateTopicAsync(1);
        var member = await JoinAloneAsync("a", topic.Name);
        using var cancel = new CancellationTokenSource();
        var waiting = Broker.HeartbeatAsync(new HeartbeatRequest(Group, member.Who, member.Known) { MaxWait = HeartbeatRequest.LongestWait }, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync());
    }

    [Fact]
    public async Task Members_get_partitions_of_the_topics_that_they_read_and_no_others()
    {
        var (orders, refunds) = (await CreateTopicAsync(2), await CreateTopicAsync(2));
        var both = await JoinAloneAsync("both", orders.Name, refunds.Name);
        Assert.Equal(4, both.Has.Count);
        var one = await JoinAsync("one", refunds.Name);

        while (one.Has.Count == 0)
        {
            await both.BeatAsync();
            await one.BeatAsync();
        }

        await both.BeatAsync();
        Assert.All(one.Has, partition => Assert.Equal(refunds.Name, partition.TopicName));
        Assert.Equal(2, both.Has.Count(partition => partition.TopicName == orders.Name));
        Assert.Equal(4, both.Has.Concat(one.Has).Select(partition => partition.Start.TopicPartition).Distinct().Count());
    }

    [Fact]
    public async Task Generations_rise()
    {
        var topic = await CreateTopicAsync(2);
        var first = await JoinAloneAsync("a", topic.Name);
        var known = first.Known;
        Assert.True(known >= first.Who.Joined);
        var second = await JoinAsync("b", topic.Name);
        await first.BeatAsync();

        Assert.True(second.Who.Joined > first.Who.Joined);
        Assert.True(first.Known > known);
        Assert.True((await FindGroupAsync()).Generation >= first.Known);
    }

    [Fact]
    public async Task More_members_than_partitions_leave_some_without()
    {
        var topic = await CreateTopicAsync(1);
        var members = new[] { await JoinAloneAsync("a", topic.Name), await JoinAloneAsync("b", topic.Name), await JoinAloneAsync("c", topic.Name) };

        Assert.Equal([1, 0, 0], members.Select(member => member.Has.Count));
    }

    [Fact]
    public async Task Join_to_a_group_that_is_not_there_creates_it_or_says_so()
    {
        var topic = await CreateTopicAsync(1);

        Assert.IsType<JoinResult.UnknownGroup>(await TryJoinAsync(new JoinRequest(Group, "a", [topic.Name]) { Create = null }));
        Assert.Null(await Broker.FindGroupAsync(Group, default));
        var settings = new GroupSettings { Start = new OffsetQuery.Latest() };
        Assert.IsType<JoinResult.Joined>(await TryJoinAsync(new JoinRequest(Group, "a", [topic.Name]) { Create = settings, Client = "here" }));
        var group = await FindGroupAsync();
        Assert.Equal((settings, "here"), (group.Settings, group.Members[0].Client));
        Assert.IsType<JoinResult.Joined>(await TryJoinAsync(new JoinRequest(Group, "b", [topic.Name]) { Create = null }));
    }

    [Fact]
    public async Task Join_to_read_a_topic_that_is_not_there_says_so()
    {
        var (topic, missing) = (await CreateTopicAsync(1), NewName());

        Assert.Equal(new JoinResult.UnknownTopic(missing), await TryJoinAsync(new JoinRequest(Group, "a", [topic.Name, missing])));
        Assert.Null(await Broker.FindGroupAsync(Group, default));
    }

    public static TheoryData<string, string> BadIds => new()
    {
        { "", "member id is ; allowed is 1 to 255 characters that have a form in UTF-8, without controls." },
        { "a\n", "member id is a?; allowed is 1 to 255 characters that have a form in UTF-8, without controls." },
        { new string('a', 256), $"member id is {new string('a', 100)}...; allowed is 1 to 255 characters that have a form in UTF-8, without controls." },
    };

    [Theory]
    [MemberData(nameof(BadIds))]
    public async Task Bad_member_id_is_refused(string id, string sentence)
    {
        var topic = await CreateTopicAsync(1);
        await AssertRefusedAsync(new JoinRequest(Group, id, [topic.Name]), sentence);
    }

    [Fact]
    public async Task Member_id_with_half_a_character_is_refused() =>
        await Bad_member_id_is_refused("\uD83D", "member id is ?; allowed is 1 to 255 characters that have a form in UTF-8, without controls.");

    [Fact]
    public async Task Bad_wishes_are_refused()
    {
        var topic = await CreateTopicAsync(1);
        var good = new JoinRequest(Group, "a", [topic.Name]);

        await AssertRefusedAsync(good with { Topics = [] }, "topics of a member is 0; allowed is 1 or more.");
        await AssertRefusedAsync(good with { SessionTimeout = TimeSpan.FromMilliseconds(999) }, "session timeout is 00:00:00.9990000; allowed is 00:00:01 to 00:30:00.");
        await AssertRefusedAsync(good with { SessionTimeout = TimeSpan.MaxValue }, "session timeout is 10675199.02:48:05.4775807; allowed is 00:00:01 to 00:30:00.");
        await AssertRefusedAsync(good with { ReleaseTimeout = TimeSpan.FromTicks(-1) }, "release timeout is -00:00:00.0000001; allowed is 0 to 00:30:00.");
        await AssertRefusedAsync(good with { Client = new string('a', 256) }, $"member client is {new string('a', 100)}...; allowed is at most 255 characters.");
        Assert.IsType<JoinResult.Refused>(await TryJoinAsync(good with { Topics = ["a/b"] }));
    }

    private async Task AssertRefusedAsync(JoinRequest request, string sentence)
    {
        Assert.Equal(sentence, Assert.IsType<JoinResult.Refused>(await TryJoinAsync(request)).Reason.ToString());
        Assert.Null(await Broker.FindGroupAsync(Group, default));
    }

    private async Task<(Membership First, Membership Second)> JoinTwoAsync(string topic)
    {
        var first = await JoinAloneAsync("a", topic);
        var second = await JoinAsync("b", topic);
        await first.BeatAsync();
        await first.BeatAsync();
        await second.UntilAsync(2);
        return (first, second);
    }
}
