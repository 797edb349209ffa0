using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Where a group begins, goes on, and is moved to.</summary>
public abstract class GroupPositionSpec : GroupSpec
{
    [Fact]
    public async Task Group_that_comes_back_goes_on_at_its_commit()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 5);
        var before = await JoinAloneAsync("a", topic.Name);
        await before.CommitAsync(0, 3);
        var committed = before.At(0, 3);
        Assert.True(await before.LeaveAsync());

        var after = await JoinAloneAsync("b", topic.Name);

        Assert.Equal(committed, after[0].Start);
        Assert.True(after[0].Since > before[0].Since);
    }

    [Fact]
    public async Task Group_begins_at_the_earliest_record_by_default()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 3);
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.All(member.Has, partition => Assert.Equal(Offset.Zero, partition.Start.Offset));
    }

    [Fact]
    public async Task Group_that_begins_at_the_end_reads_all_that_comes_after_its_creation()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 3);
        await CreateGroupAsync(new GroupSettings { Start = new OffsetQuery.Latest() }, topic.Name);
        await FillAsync(topic, 2);
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.All(member.Has, partition => Assert.Equal(new Offset(3), partition.Start.Offset));
        var read = await ReadAsync(new FetchRequest(member[0].Start));
        Assert.Equal([(3, "0"), (4, "1")], Batch.Selected(read));
    }

    [Fact]
    public async Task Group_that_begins_at_a_time_begins_at_the_first_record_of_it()
    {
        var topic = await CreateTopicAsync(1);
        var place = new Place(topic.Id, new Partition(0));
        await AppendAsync(place, "0");
        var second = await AppendAsync(place, "1");
        var first = Assert.Single(Batch.Selected(await ReadAsync(place.From(0) with { MaxRecords = 1 })));
        Assert.Equal(0, first.Offset);
        await CreateGroupAsync(new GroupSettings { Start = new OffsetQuery.AtTime(second.AppendTime) }, topic.Name);

        // The two may have come within one millisecond.
        var expected = (await FindAsync(place, new OffsetQuery.AtTime(second.AppendTime))).Offset.Value;
        Assert.Equal(expected, await CommittedAsync(topic));

        await Broker.DeleteGroupAsync(Group, default);
        await CreateGroupAsync(new GroupSettings { Start = new OffsetQuery.AtTime(second.AppendTime.Plus(TimeSpan.FromDays(1))) }, topic.Name);
        Assert.Equal(2, await CommittedAsync(topic));
    }

    [Fact]
    public async Task Topic_that_a_later_member_brings_begins_as_the_group_is_set()
    {
        var (orders, refunds) = (await CreateTopicAsync(1), await CreateTopicAsync(1));
        await CreateGroupAsync(new GroupSettings { Start = new OffsetQuery.Latest() }, orders.Name);
        await FillAsync(refunds, 2);
        var member = await JoinAloneAsync("a", orders.Name, refunds.Name);
        await FillAsync(refunds, 2);

        Assert.Equal(new Offset(2), Assert.Single(member.Has, partition => partition.TopicName == refunds.Name).Start.Offset);
    }

    [Fact]
    public async Task Seek_moves_the_group_and_its_members_begin_anew_there()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 5);
        var member = await JoinAloneAsync("a", topic.Name);
        await member.CommitAsync(0, 4);
        await member.CommitAsync(1, 4);
        var before = member.Has;
        var waiting = member.LearnAsync();

        var done = Assert.IsType<SeekResult.Done>(await Broker.SeekGroupAsync(Group, [member.At(0, 1)], default));

        Assert.IsType<HeartbeatResult.Assigned>(await waiting);
        Assert.Equal((new Offset(1), done.Generation), (member[0].Start.Offset, member[0].Since));
        Assert.Equal((new Offset(4), before[1].Since), (member[1].Start.Offset, member[1].Since));
        Assert.Equal((1, 4), (await CommittedAsync(topic), await CommittedAsync(topic, 1)));
    }

    [Fact]
    public async Task Seek_that_leads_nowhere_moves_nothing()
    {
        var topic = await CreateTopicAsync(2);
        Assert.IsType<SeekResult.UnknownGroup>(await Broker.SeekGroupAsync(Group, [At(topic, 0, 0)], default));
        await FillAsync(topic, 5);
        var member = await JoinAloneAsync("a", topic.Name);
        await member.CommitAsync(0, 4);

        var refused = Assert.IsType<SeekResult.Refused>(await Broker.SeekGroupAsync(Group, [member.At(0, 1), member.At(1, 6)], default));

        Assert.Equal("commit offset is 6; allowed is 0 to 5, the end of the partition.", refused.Reason.ToString());
        Assert.IsType<SeekResult.Refused>(await Broker.SeekGroupAsync(Group, [At(topic, 2, 0)], default));
        Assert.Equal(4, await CommittedAsync(topic));
        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync());
    }

    [Fact]
    public async Task Topic_that_is_made_anew_has_none_of_the_positions_of_the_old_one()
    {
        var old = await CreateTopicAsync(1);
        await FillAsync(old, 5);
        var before = await JoinAloneAsync("a", old.Name);
        await before.CommitAsync(0, 4);
        Assert.True(await DeleteAsync(old.Name));
        var topic = await CreateTopicAsync(settings: new() { Partitions = 2 }, name: old.Name);
        await FillAsync(topic, 5);

        var after = await JoinAloneAsync("b", topic.Name);
        while (after.Has.Count == 0)
        {
            await before.BeatAsync();
            await after.BeatAsync();
        }

        Assert.All(after.Has, partition => Assert.Equal((topic.Id, Offset.Zero), (partition.Start.Topic, partition.Start.Offset)));
        Assert.Empty(await ReadAsync(old, 0));
        Assert.Equal((0, 0), (await CommittedAsync(topic), await CommittedAsync(topic, 1)));
        Assert.All((await FindGroupAsync()).Partitions, partition => Assert.Equal(topic.Id, partition.Committed.Topic));
    }
}
