using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>
/// What becomes of groups when time goes by. Only for brokers whose clock the test moves; the others keep the same promises, but
/// no test could wait for them.
/// </summary>
public abstract class GroupTimeSpec : GroupSpec
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    /// <summary>Moves the broker's clock, the timers that fall due on the way included.</summary>
    protected abstract void Advance(TimeSpan by);

    [Fact]
    public async Task Member_that_is_silent_for_its_session_loses_its_partitions()
    {
        var topic = await CreateTopicAsync(2);
        var silent = await JoinAloneAsync("silent", topic.Name);
        Advance(Session - Moment);
        var other = await JoinAloneAsync("other", topic.Name);
        Assert.Empty(other.Has);

        var waiting = other.BeatAsync(HeartbeatRequest.LongestWait);
        await FindGroupAsync();
        Assert.False(waiting.IsCompleted);
        Advance(2 * Moment);

        Assert.IsType<HeartbeatResult.Assigned>(await waiting);
        Assert.Equal([0, 1], other.Numbers);
        Assert.IsType<HeartbeatResult.UnknownMember>(await silent.BeatAsync());
        Assert.IsType<CommitResult.UnknownMember>(await silent.CommitAsync());
    }

    [Fact]
    public async Task Partition_that_is_not_released_in_time_is_taken()
    {
        var topic = await CreateTopicAsync(2);
        var slow = await JoinAloneAsync("slow", topic.Name);
        slow.HoldsOn = true;
        var other = await JoinAloneAsync("other", topic.Name);

        // The first brings what is to be released, the second shows that it is known.
        await slow.BeatAsync();
        await slow.BeatAsync();
        for (var i = 0; i < 3; i++)
        {
            Advance(TimeSpan.FromSeconds(9));
            await slow.BeatAsync();
            await other.BeatAsync();
            Assert.Empty(other.Has);
        }

        Advance(TimeSpan.FromSeconds(3) + Moment);
        await other.BeatAsync();
        Assert.Single(other.Has);
        await slow.BeatAsync();
        Assert.Single(slow.Has);
    }

    [Theory]
    [InlineData(700, 700)]
    [InlineData(60_000, 5_000)]
    public async Task Heartbeat_waits_exactly_as_long_as_it_said_and_5_seconds_at_most(int asked, int waited)
    {
        var topic = await CreateTopicAsync(1);
        var member = await JoinAloneAsync("a", topic.Name);
        var waiting = member.BeatAsync(TimeSpan.FromMilliseconds(asked));

        // An answer to a later question says that the wait has begun.
        await FindGroupAsync();
        Advance(TimeSpan.FromMilliseconds(waited) - Moment);
        await FindGroupAsync();
        Assert.False(waiting.IsCompleted, "The heartbeat was answered too early.");
        Advance(Moment);

        Assert.IsType<HeartbeatResult.Unchanged>(await waiting);
    }

    [Fact]
    public async Task Partitions_that_are_added_are_read_from_their_beginning()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 2);
        await CreateGroupAsync(new GroupSettings { Start = new OffsetQuery.Latest() }, topic.Name);
        var member = await JoinAloneAsync("a", topic.Name);
        var grown = Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { Partitions = 2 })).Topic;
        await FillAsync(grown, 2);
        Advance(TimeSpan.FromSeconds(10));

        await member.UntilAsync(2);
        Assert.Equal([new Offset(2), Offset.Zero], member.Has.Select(partition => partition.Start.Offset));
    }

    [Fact]
    public async Task Deletion_of_a_topic_takes_its_positions_and_its_members_are_told()
    {
        var topic = await CreateTopicAsync(2);
        var member = await JoinAloneAsync("a", topic.Name);
        Assert.True(await DeleteAsync(topic.Name));
        Advance(TimeSpan.FromSeconds(10));

        await member.UntilAsync(0);
        Assert.Empty((await FindGroupAsync()).Partitions);
        Assert.Empty(await ReadAsync(topic, 0, 1));
    }

    [Fact]
    public async Task Ephemeral_group_goes_an_hour_after_its_last_member_without_anybody_calling()
    {
        var topic = await CreateTopicAsync(1);
        var join = new JoinRequest(Group, "a", [topic.Name]) { Create = new GroupSettings { Ephemeral = true } };
        var member = Assert.IsType<JoinResult.Joined>(await TryJoinAsync(join)).Member;
        Advance(TimeSpan.FromSeconds(10));
        Assert.True(await Broker.LeaveGroupAsync(Group, member, default));

        Advance(TimeSpan.FromHours(1) - Moment);
        Assert.Single((await Broker.ListGroupsAsync(null, 10, default)).Groups);
        Advance(TimeSpan.FromMinutes(1));

        Assert.Empty((await Broker.ListGroupsAsync(null, 10, default)).Groups);
        Assert.Null(await Broker.FindGroupAsync(Group, default));
    }

    [Fact]
    public async Task Ephemeral_group_whose_last_member_died_goes_too()
    {
        var topic = await CreateTopicAsync(1);
        await TryJoinAsync(new JoinRequest(Group, "a", [topic.Name]) { Create = new GroupSettings { Ephemeral = true } });
        Advance(TimeSpan.FromMinutes(59));
        Assert.Single((await Broker.ListGroupsAsync(null, 10, default)).Groups);

        // The broker notices at the end of the first hour at the latest that nobody is there; from then on it is another one.
        Advance(TimeSpan.FromMinutes(2));
        Assert.Empty((await FindGroupAsync()).Members);
        Advance(TimeSpan.FromHours(1));

        Assert.Empty((await Broker.ListGroupsAsync(null, 10, default)).Groups);
    }

    [Fact]
    public async Task Positions_of_other_groups_never_expire()
    {
        var topic = await CreateTopicAsync(1);
        await CreateGroupAsync(null, topic.Name);
        Advance(TimeSpan.FromDays(10_000));

        Assert.Equal(0, await CommittedAsync(topic));
    }
}
