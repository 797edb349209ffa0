using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Commits are kept, move forward only, and are taken from nobody who has lost the partition.</summary>
public abstract class CommitSpec : GroupSpec
{
    [Fact]
    public async Task Commit_is_kept_with_its_metadata()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 3);
        var member = await JoinAloneAsync("a", topic.Name);

        await Membership.AssertKeptAsync(member.CommitAsync(
            new Commit(member.At(0, 2), member[0].Since, "mine"u8.ToArray(), Gaps: 2), new Commit(member.At(1, 3), member[1].Since)));

        var read = await ReadAsync(topic, 0, 1);
        Assert.Equal([member.At(0, 2), member.At(1, 3)], read.Select(position => position.Position));
        Assert.Equal("mine"u8.ToArray(), read[0].Metadata!.Value.ToArray());
        Assert.Null(read[1].Metadata);
        Assert.Equal([(new Offset(2), 2L), (new Offset(3), 0L)], (await FindGroupAsync()).Partitions.Select(partition => (partition.Committed.Offset, partition.Gaps)));
    }

    [Fact]
    public async Task Positions_that_the_group_does_not_know_are_left_out()
    {
        var topic = await CreateTopicAsync(2);
        Assert.Null(await Broker.ReadPositionsAsync(Group, [new TopicPartition(topic.Id, new Partition(0))], default));
        await CreateGroupAsync(null, topic.Name);

        Assert.Equal([At(topic, 1, 0)], (await ReadAsync(topic, 7, 1, -1)).Select(position => position.Position with { Epoch = Epoch.None }));
        Assert.Empty(await ReadAsync(await CreateTopicAsync(1), 0));
    }

    [Fact]
    public async Task Commits_move_forward_only()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 5);
        var member = await JoinAloneAsync("a", topic.Name);
        await member.CommitAsync(0, 4);

        await member.CommitAsync(0, 2);

        Assert.Equal(4, await CommittedAsync(topic));
    }

    [Fact]
    public async Task Commit_beyond_the_end_is_refused_and_the_others_of_the_request_are_kept()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 3);
        var member = await JoinAloneAsync("a", topic.Name);

        var result = await member.CommitAsync(new Commit(member.At(0, 4), member[0].Since), new Commit(member.At(1, 3), member[1].Since));

        var refusal = Assert.Single(Assert.IsType<CommitResult.Committed>(result).Refusals);
        Assert.Equal((member[0].Start.TopicPartition, CommitRefusalReason.BeyondEnd), (refusal.Partition, refusal.Reason));
        Assert.Equal("commit offset is 4; allowed is 0 to 3, the end of the partition.", refusal.Detail.ToString());
        Assert.Equal((0, 3), (await CommittedAsync(topic), await CommittedAsync(topic, 1)));
        Assert.Equal(CommitRefusalReason.BeyondEnd, await RefusedAsync(member, new Commit(member.At(0, -1), member[0].Since)));

        // The end moves on, and so may the commit.
        await FillAsync(topic, 1);
        await member.CommitAsync(0, 4);
    }

    [Fact]
    public async Task Commit_to_a_partition_that_the_group_does_not_read_is_refused()
    {
        var (topic, other) = (await CreateTopicAsync(1), await CreateTopicAsync(1));
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.Equal(CommitRefusalReason.UnknownPartition, await RefusedAsync(member, new Commit(At(other, 0, 0), member[0].Since)));
        Assert.Equal(CommitRefusalReason.UnknownPartition, await RefusedAsync(member, new Commit(At(topic, 1, 0), member[0].Since)));
    }

    [Fact]
    public async Task Commit_of_before_the_partition_moved_is_refused()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 3);
        var first = await JoinAloneAsync("a", topic.Name);
        var before = first.Has;
        var second = await JoinAsync("b", topic.Name);
        await first.BeatAsync();
        var moved = before.Single(partition => !first.Has.Contains(partition));
        var late = new Commit(moved.Start with { Offset = new Offset(2) }, moved.Since);

        // Until it is released it is still the first one's to commit.
        await Membership.AssertKeptAsync(first.CommitAsync(late));
        await first.BeatAsync();
        await second.UntilAsync(1);

        Assert.Equal(2, second.Has[0].Start.Offset.Value);
        Assert.Equal(CommitRefusalReason.NotOwner, await RefusedAsync(first, late));
        await first.CommitAsync(first.Has[0].Start.Partition.Number, 3);
    }

    [Fact]
    public async Task Partition_that_comes_back_is_not_committed_with_the_generation_of_before()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 3);
        var member = await JoinAloneAsync("a", topic.Name);
        var old = member[0].Since;
        Assert.IsType<SeekResult.Done>(await Broker.SeekGroupAsync(Group, [member.At(0, 1)], default));

        Assert.Equal(CommitRefusalReason.NotOwner, await RefusedAsync(member, new Commit(member.At(0, 3), old)));
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        Assert.True(member[0].Since > old);
        Assert.Equal(new Offset(1), member[0].Start.Offset);
        await member.CommitAsync(0, 3);
    }

    [Theory]
    [InlineData(4_096, null)]
    [InlineData(4_097, "commit metadata bytes is 4097; allowed is at most 4096.")]
    public async Task Metadata_of_4_KiB_is_kept_and_one_byte_more_is_refused(int bytes, string? sentence)
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 1);
        var member = await JoinAloneAsync("a", topic.Name);

        var result = await member.CommitAsync(new Commit(member.At(0, 1), member[0].Since, new byte[bytes]));

        Assert.Equal(sentence, (result as CommitResult.Refused)?.Reason.ToString());
        Assert.Equal(sentence is null ? 1 : 0, await CommittedAsync(topic));
        Assert.Equal(sentence is null ? bytes : null, (await ReadAsync(topic, 0))[0].Metadata?.Length);
    }

    [Fact]
    public async Task Coordinator_commits_backwards_too_until_one_with_a_higher_fence_came()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 5);
        await CreateGroupAsync(null, topic.Name);

        await Membership.AssertKeptAsync(CoordinateAsync("flow", 5, At(topic, 0, 4)));
        await Membership.AssertKeptAsync(CoordinateAsync("flow", 5, At(topic, 0, 1)));
        Assert.Equal(1, await CommittedAsync(topic));
        Assert.Equal(new CommitResult.CoordinatorFenced(5), await CoordinateAsync("flow", 4, At(topic, 0, 3)));
        Assert.Equal(1, await CommittedAsync(topic));
        await Membership.AssertKeptAsync(CoordinateAsync("flow", 6, At(topic, 0, 2)));
        Assert.Equal(new CommitResult.CoordinatorFenced(6), await CoordinateAsync("flow", 5, At(topic, 0, 3)));
        await Membership.AssertKeptAsync(CoordinateAsync("another", 0, At(topic, 0, 3)));
        Assert.Equal(3, await CommittedAsync(topic));
    }

    [Fact]
    public async Task Coordinator_is_refused_where_there_are_members_and_where_it_has_no_name_or_fence()
    {
        var topic = await CreateTopicAsync(1);
        Assert.IsType<CommitResult.UnknownGroup>(await CoordinateAsync("flow", 0, At(topic, 0, 0)));
        var member = await JoinAloneAsync("a", topic.Name);

        Assert.Equal(
            "members of a group with a coordinator is 1; allowed is 0.", Assert.IsType<CommitResult.Refused>(await CoordinateAsync("flow", 0, At(topic, 0, 0))).Reason.ToString());
        Assert.True(await member.LeaveAsync());
        await Membership.AssertKeptAsync(CoordinateAsync("flow", 0, At(topic, 0, 0)));
        Assert.IsType<CommitResult.Refused>(await CoordinateAsync("", 0, At(topic, 0, 0)));
        Assert.Equal("coordinator fence is -1; allowed is 0 or more.", Assert.IsType<CommitResult.Refused>(await CoordinateAsync("flow", -1, At(topic, 0, 0))).Reason.ToString());
    }

    private async Task<CommitResult> CoordinateAsync(string name, long fence, Position position) => await Broker.CommitAsync(
        new CommitRequest(Group, new Committer.Coordinator(name, fence), [new Commit(position, Generation.None)]), default).AsTask().WaitAsync(Patience);

    private static async Task<CommitRefusalReason> RefusedAsync(Membership member, Commit commit) =>
        Assert.Single(Assert.IsType<CommitResult.Committed>(await member.CommitAsync(commit)).Refusals).Reason;
}
