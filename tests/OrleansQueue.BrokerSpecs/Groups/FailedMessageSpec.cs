using System.Security.Cryptography;
using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A message that a member cannot process stops its partition, or goes to the group's dead letters once.</summary>
public abstract class FailedMessageSpec : GroupSpec
{
    [Fact]
    public async Task Partition_stops_at_a_message_until_the_group_is_resumed()
    {
        var topic = await CreateTopicAsync(2);
        await FillAsync(topic, 5);
        var member = await JoinAloneAsync("a", topic.Name);

        await Membership.AssertKeptAsync(StopAsync(member, 0, 2, "broken"));

        var stopped = (await FindGroupAsync()).Partitions;
        Assert.Equal((new Offset(2), "broken"), (stopped[0].Stopped!.Offset, stopped[0].Stopped!.Error));
        Assert.Equal(new Offset(2), stopped[0].Committed.Offset);
        Assert.Null(stopped[1].Stopped);
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        Assert.Equal((true, false), (member[0].IsPaused, member[1].IsPaused));

        // It stays stopped for whoever gets it next.
        await member.LeaveAsync();
        var next = await JoinAloneAsync("b", topic.Name);
        Assert.True(next[0].IsPaused);
        Assert.True(await Broker.ResumeGroupAsync(Group, default));
        Assert.IsType<HeartbeatResult.Assigned>(await next.BeatAsync());
        Assert.Equal((false, new Offset(2)), (next[0].IsPaused, next[0].Start.Offset));
        Assert.All((await FindGroupAsync()).Partitions, partition => Assert.Null(partition.Stopped));
    }

    [Fact]
    public async Task Error_is_cut_at_4_000_characters()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 1);
        var member = await JoinAloneAsync("a", topic.Name);

        await Membership.AssertKeptAsync(StopAsync(member, 0, 0, new string('x', 10_000)));

        Assert.Equal(4_000, (await FindGroupAsync()).Partitions[0].Stopped!.Error.Length);
    }

    [Fact]
    public async Task Only_who_has_a_partition_may_stop_it()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 1);
        var owner = await JoinAloneAsync("a", topic.Name);
        var other = await JoinAloneAsync("b", topic.Name);

        var request = new StopPartitionRequest(Group, other.Who, owner.At(0, 0), owner[0].Since, "broken");
        var refusal = Assert.Single(Assert.IsType<CommitResult.Committed>(await Broker.StopPartitionAsync(request, default)).Refusals);

        Assert.Equal(CommitRefusalReason.NotOwner, refusal.Reason);
        Assert.Null((await FindGroupAsync()).Partitions[0].Stopped);
        Assert.IsType<CommitResult.UnknownMember>(await Broker.StopPartitionAsync(request with { Member = new GroupMember("c", new Generation(1)) }, default));
        Assert.IsType<CommitResult.UnknownGroup>(await Broker.StopPartitionAsync(request with { Group = NewName() }, default));
    }

    [Fact]
    public async Task Dead_letter_is_there_once_however_often_it_is_asked_for()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 5);
        var member = await JoinAloneAsync("a", topic.Name);

        for (var i = 0; i < 3; i++)
        {
            await Membership.AssertKeptAsync(BuryAsync(member, 2, "broken"));
        }

        await Membership.AssertKeptAsync(BuryAsync(member, 4, "broken too"));

        Assert.Equal(5, await CommittedAsync(topic));
        var dead = Assert.IsType<TopicDescription>(await Broker.FindTopicAsync(DeadTopicOf(topic), default));
        Assert.Equal([(0, "broken"), (1, "broken too")], await ReadAllAsync(new Place(dead.Id, new Partition(0))));
    }

    [Fact]
    public async Task Dead_letter_topic_says_whose_it_is_and_keeps_30_days()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 1);
        var member = await JoinAloneAsync("a", topic.Name);
        Assert.Null(await Broker.FindTopicAsync(DeadTopicOf(topic), default));

        await Membership.AssertKeptAsync(BuryAsync(member, 0, "broken"));

        var dead = Assert.IsType<TopicDescription>(await Broker.FindTopicAsync(DeadTopicOf(topic), default));
        Assert.Equal(new TopicSettings { Partitions = 1, RetentionTime = TimeSpan.FromDays(30), DeadLettersOf = new DeadLetterOrigin(Group, topic.Name) }, dead.Settings);
        Assert.IsType<AlterTopicResult.Refused>(await AlterAsync(dead, dead.Settings with { DeadLettersOf = null }));
        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(dead, dead.Settings with { RetentionTime = TimeSpan.FromDays(1) }));
    }

    [Fact]
    public async Task Application_makes_no_dead_letter_topic()
    {
        var refused = Assert.IsType<CreateTopicResult.Refused>(await CreateAsync(NewName(), new TopicSettings { DeadLettersOf = new DeadLetterOrigin("g", "t") }));

        Assert.Equal("dead letters of is topic t, group g; allowed is nobody, as only the broker makes dead-letter topics.", refused.Reason.ToString());
    }

    [Fact]
    public async Task Dead_letter_of_two_records_is_refused()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 2);
        var member = await JoinAloneAsync("a", topic.Name);

        var request = new DeadLetterRequest(Group, member.Who, member.At(0, 0), member.At(0, 1), member[0].Since, Batch.Of("one", "two"));
        Assert.Equal("records of a dead letter is 2; allowed is 1.", Assert.IsType<CommitResult.Refused>(await Broker.DeadLetterAsync(request, default)).Reason.ToString());
        Assert.IsType<CommitResult.Refused>(await Broker.DeadLetterAsync(request with { Record = default }, default));
        Assert.IsType<CommitResult.Refused>(await Broker.DeadLetterAsync(request with { Record = Batch.Of("one"), Next = request.Message }, default));
        Assert.Equal(0, await CommittedAsync(topic));
    }

    [Fact]
    public async Task Who_lost_the_partition_buries_nothing()
    {
        var topic = await CreateTopicAsync(1);
        await FillAsync(topic, 2);
        var older = await JoinAloneAsync("a", topic.Name);
        var newer = await JoinAloneAsync("a", topic.Name);

        Assert.IsType<CommitResult.Replaced>(await BuryAsync(older, 0, "broken"));
        Assert.Null(await Broker.FindTopicAsync(DeadTopicOf(topic), default));
        await Membership.AssertKeptAsync(BuryAsync(newer, 0, "broken"));
    }

    private async Task<CommitResult> StopAsync(Membership member, int number, long offset, string error) => await Broker.StopPartitionAsync(
        new StopPartitionRequest(Group, member.Who, member.At(number, offset), member[number].Since, error), default).AsTask().WaitAsync(Patience);

    private async Task<CommitResult> BuryAsync(Membership member, long offset, string value) => await Broker.DeadLetterAsync(
        new DeadLetterRequest(Group, member.Who, member.At(0, offset), member.At(0, offset + 1), member[0].Since, Batch.Of(value)), default).AsTask().WaitAsync(Patience);

    /// <summary>As docs and listings name it: so a person finds it, and so must every broker.</summary>
    private string DeadTopicOf(TopicDescription topic)
    {
        byte[] bytes = [.. topic.Id.Value.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(Group)];
        return "__dead." + Convert.ToHexStringLower(SHA256.HashData(bytes))[..32];
    }
}
