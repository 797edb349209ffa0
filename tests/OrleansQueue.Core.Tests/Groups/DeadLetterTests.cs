using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>A message that failed is in the dead-letter topic once, whatever ends in the middle.</summary>
public sealed class DeadLetterTests
{
    [Fact]
    public async Task A_dead_letter_is_appended_once_and_the_group_goes_on_behind_it()
    {
        var (bench, member) = await OpenAsync();

        Assert.Empty(Committed(await BuryAsync(bench, member, 0, 10)).Refusals);
        Assert.Empty(Committed(await BuryAsync(bench, member, 0, 10)).Refusals);
        Assert.Empty(Committed(await BuryAsync(bench, member, 1, 10)).Refusals);

        Assert.Empty(Committed(await BuryAsync(bench, member, 0, 11)).Refusals);

        Assert.Equal([0, 0, 1], bench.Dead.Select(stamp => stamp.First.Value));
        Assert.Equal(bench.Dead[0].Id, bench.Dead[2].Id);
        Assert.NotEqual(bench.Dead[0].Id, bench.Dead[1].Id);
        Assert.Equal([12, 11, 10, 10], (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value));
    }

    [Fact]
    public async Task An_answer_that_is_lost_and_an_owner_that_dies_do_not_append_it_twice()
    {
        var (bench, member) = await OpenAsync();
        bench.OnDead = _ => throw new BrokerUnavailableException("lost");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => BuryAsync(bench, member, 0, 10));
        await bench.RestartAsync();
        bench.OnDead = result => result;

        await BuryAsync(bench, member, 0, 10);

        Assert.Single(bench.Dead);
        Assert.Equal(new Offset(11), (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed.Offset);
    }

    [Fact]
    public async Task A_message_given_up_half_way_takes_no_other_messages_place()
    {
        var (bench, member) = await OpenAsync();
        await BuryAsync(bench, member, 0, 10);
        bench.OnDead = _ => throw new BrokerUnavailableException("lost");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => BuryAsync(bench, member, 0, 11));
        bench.OnDead = result => result;

        // The handler succeeded at the second try after all; another message fails.
        await member.CommitAsync(0, 12);
        await BuryAsync(bench, member, 0, 12);

        Assert.Equal(3, bench.Dead.Count);
        Assert.Equal(new Offset(13), (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed.Offset);
    }

    [Fact]
    public async Task Messages_of_two_partitions_that_fail_at_once_are_each_there_once()
    {
        var (bench, member) = await OpenAsync();
        bench.OnDead = _ => throw new BrokerUnavailableException("lost");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => BuryAsync(bench, member, 0, 10));
        bench.OnDead = result => result;

        await BuryAsync(bench, member, 1, 10);
        await BuryAsync(bench, member, 0, 10);

        Assert.Equal(2, bench.Dead.Count);
        Assert.Equal([11, 11, 10, 10], (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value));
    }

    [Fact]
    public async Task A_message_that_came_after_records_were_lost_is_buried_though_its_offset_lies_behind()
    {
        var (bench, member) = await OpenAsync();
        await member.CommitAsync(0, 90);
        var later = bench.At(0, 51) with { Epoch = new Epoch(1) };

        var request = new DeadLetterRequest("billing", member.Who, bench.At(0, 50) with { Epoch = new Epoch(1) }, later, member.SinceOf(0), BatchMaker.Of("dead"));
        await bench.Group.DeadLetterAsync(request, default);
        await bench.Group.DeadLetterAsync(request, default);

        Assert.Single(bench.Dead);
        Assert.Equal(later, (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed);
    }

    [Fact]
    public async Task A_seek_while_a_message_is_buried_counts()
    {
        var (bench, member) = await OpenAsync();
        Task<SeekResult>? seeking = null;
        bench.OnDead = result =>
        {
            seeking = bench.Group.SeekAsync([bench.At(0, 5)], default).AsTask();
            return result;
        };

        await BuryAsync(bench, member, 0, 10);

        Assert.IsType<SeekResult.Done>(await seeking!);
        Assert.Single(bench.Dead);
        Assert.Equal(new Offset(5), (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed.Offset);
    }

    [Fact]
    public async Task A_topic_that_forgot_the_producer_still_gets_the_next_dead_letter()
    {
        var (bench, member) = await OpenAsync();
        await BuryAsync(bench, member, 0, 10);
        bench.Dead.Clear();

        await BuryAsync(bench, member, 0, 11);

        Assert.Equal(new ProducerStamp(bench.Dead[0].Id, new ProducerEpoch(1), Sequence.Zero), Assert.Single(bench.Dead));
    }

    [Fact]
    public async Task Who_lost_the_partition_buries_nothing()
    {
        var (bench, member) = await OpenAsync();
        var since = member.SinceOf(0);
        await bench.Group.SeekAsync([bench.At(0, 10)], default);

        var refusal = Assert.Single(Committed(await BuryAsync(bench, member, 0, 10, since)).Refusals);

        Assert.Equal(CommitRefusalReason.NotOwner, refusal.Reason);
        Assert.Empty(bench.Dead);
    }

    [Fact]
    public async Task What_is_not_one_record_is_refused()
    {
        var (bench, member) = await OpenAsync();
        var two = new DeadLetterRequest("billing", member.Who, bench.At(0, 10), bench.At(0, 11), member.SinceOf(0), BatchMaker.Of("a", "b"));

        Assert.Equal("records of a dead letter is 2; allowed is 1.", Refused(await bench.Group.DeadLetterAsync(two, default)));
        Assert.Equal("dead letter bytes is 5; allowed is a batch, 61 or more.", Refused(await bench.Group.DeadLetterAsync(two with { Record = new byte[5] }, default)));
        Assert.Equal(
            "offset behind a dead letter is 10; allowed is more than 10, in the same partition.",
            Refused(await bench.Group.DeadLetterAsync(two with { Next = bench.At(0, 10) }, default)));
        Assert.Empty(bench.Dead);
    }

    private static async Task<(GroupBench Bench, TestMember Member)> OpenAsync()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        return (bench, member);
    }

    private static async Task<CommitResult> BuryAsync(GroupBench bench, TestMember member, int partition, long offset, Generation? since = null) =>
        await bench.Group.DeadLetterAsync(
            new DeadLetterRequest(
                "billing", member.Who, bench.At(partition, offset), bench.At(partition, offset + 1), since ?? member.SinceOf(partition), BatchMaker.Of("dead")),
            CancellationToken.None);

    private static CommitResult.Committed Committed(CommitResult result) => Assert.IsType<CommitResult.Committed>(result);

    private static string Refused(CommitResult result) => Assert.IsType<CommitResult.Refused>(result).Reason.ToString();
}
