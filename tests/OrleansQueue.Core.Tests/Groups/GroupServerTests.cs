using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>What a group does as time goes by and its owner dies; what can be seen without that, the contract suite shows.</summary>
public sealed class GroupServerTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_member_that_is_silent_for_its_session_loses_its_partitions_and_not_a_millisecond_earlier()
    {
        var bench = await GroupBench.OpenAsync();
        var silent = await bench.JoinAsync("silent");
        await silent.BeatAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        var living = await bench.JoinAsync("living");

        bench.Clock.Advance(Session - TimeSpan.FromSeconds(1) - TimeSpan.FromMilliseconds(1));
        await living.BeatAsync();
        Assert.Empty(living.Has);

        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await living.BeatAsync();
        Assert.Equal([0, 1, 2, 3], living.Numbers);
        Assert.IsType<HeartbeatResult.UnknownMember>(await silent.BeatAsync());
        Assert.IsType<CommitResult.UnknownMember>(await silent.CommitAsync(0, 20));
    }

    [Fact]
    public async Task A_waiting_heartbeat_learns_at_once_that_another_members_session_is_over()
    {
        var bench = await GroupBench.OpenAsync();
        await (await bench.JoinAsync("silent")).BeatAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(27));
        var living = await bench.JoinAsync("living");
        await living.BeatAsync();

        var waiting = living.BeatAsync(wait: TimeSpan.FromSeconds(5));
        bench.Clock.Advance(TimeSpan.FromSeconds(3) + TimeSpan.FromMilliseconds(1));
        await waiting.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 1, 2, 3], living.Numbers);
    }

    [Fact]
    public async Task That_a_member_was_replaced_is_told_when_the_one_that_replaced_it_is_kept()
    {
        var bench = await GroupBench.OpenAsync();
        var older = await bench.JoinAsync("member");
        bench.Store.Gated = true;
        var joining = bench.Group.JoinAsync(new JoinRequest("billing", "member", ["orders"]), default).AsTask();
        var heartbeat = older.BeatAsync();
        var commit = bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Member(older.Who), []), default).AsTask();
        Assert.False(heartbeat.IsCompleted);
        Assert.False(commit.IsCompleted);

        bench.Store.Answer(StoreOutcome.NoSpace);

        await Assert.ThrowsAsync<IOException>(() => joining);
        await Assert.ThrowsAsync<IOException>(() => heartbeat);
        await Assert.ThrowsAsync<IOException>(() => commit);
    }

    [Fact]
    public async Task After_a_restart_members_go_on_with_what_they_have_and_get_a_full_session()
    {
        var bench = await GroupBench.OpenAsync();
        var first = await bench.JoinAsync("first");
        var second = await bench.JoinAsync("second");
        await first.BeatAsync();
        await second.BeatAsync();
        await first.CommitAsync(first.Numbers.First(), 30);
        var before = (await bench.Group.DescribeAsync(default))!;
        bench.Clock.Advance(Session - TimeSpan.FromSeconds(1));

        await bench.RestartAsync();
        bench.Clock.Advance(Session - TimeSpan.FromSeconds(1));

        var (known, had) = (first.Known, first.Has);
        await first.BeatAsync();
        Assert.True(first.Known > known);
        Assert.Equal(had.Select(partition => partition.Since), first.Has.Select(partition => partition.Since));
        Assert.Equal(had.Select(partition => partition.Start.TopicPartition), first.Has.Select(partition => partition.Start.TopicPartition));
        var after = (await bench.Group.DescribeAsync(default))!;
        Assert.Equal(before.Partitions, after.Partitions);
        Assert.Equal(2, after.Members.Count);
        Assert.Empty(Assert.IsType<CommitResult.Committed>(await first.CommitAsync(first.Numbers.First(), 40)).Refusals);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_gets_the_partitions_of_a_member_whom_an_owner_that_was_replaced_still_answers(bool hearsOnce)
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("first");
        await member.BeatAsync();
        var old = bench.Group;
        await bench.RestartAsync();
        var request = new HeartbeatRequest("billing", member.Who, member.Known);
        if (hearsOnce)
        {
            Assert.IsType<HeartbeatResult.Assigned>(await bench.Group.HeartbeatAsync(request, default));
        }

        bench.Clock.Advance(Session / 2);
        Assert.IsType<HeartbeatResult.Unchanged>(await old.HeartbeatAsync(request, default));
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<IOException>(() => old.HeartbeatAsync(request, default).AsTask());
        Assert.True(old.IsLost);

        // What it was told last held for a session; the new owner, which heard nothing of that, keeps it as long.
        bench.Clock.Advance(Session - TimeSpan.FromSeconds(2));
        Assert.Single((await bench.Group.DescribeAsync(default))!.Members);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await bench.Group.DescribeAsync(default))!.Members);
    }

    [Fact]
    public async Task An_owner_that_only_hears_heartbeats_asks_its_store_once_in_half_a_session()
    {
        var bench = await GroupBench.OpenAsync();
        var members = new[] { await bench.JoinAsync("first"), await bench.JoinAsync("second") };
        var asked = 0;
        bench.Store.OnConfirm = () => asked++;
        for (var second = 0; second < 300; second++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            foreach (var member in members)
            {
                await member.BeatAsync();
            }
        }

        Assert.InRange(asked, 15, 20);
    }

    [Fact]
    public async Task An_earlier_owner_of_the_group_keeps_nothing_any_more()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        var earlier = bench.Group;
        await bench.RestartAsync();

        var commit = new CommitRequest("billing", new Committer.Member(member.Who), [new Commit(bench.At(0, 20), member.SinceOf(0))]);
        await Assert.ThrowsAsync<IOException>(async () => await earlier.CommitAsync(commit, default));

        Assert.True(earlier.IsLost);
        Assert.Equal(new Offset(10), (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed.Offset);
    }

    [Fact]
    public async Task Topics_that_grow_or_are_made_anew_are_noticed_and_the_new_is_read_from_its_beginning()
    {
        var bench = await GroupBench.OpenAsync(2);
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        var old = bench.Of(0);
        bench.Topics["orders"] = bench.Topics["orders"] with { Settings = bench.Topics["orders"].Settings with { Partitions = 3 } };

        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await member.BeatAsync();
        await member.BeatAsync();
        Assert.Equal([10, 10, 0], member.Has.Select(partition => partition.Start.Offset.Value));

        bench.AddTopic("orders", 2);
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await member.BeatAsync();
        await member.BeatAsync();
        Assert.Equal([bench.Of(0), bench.Of(1)], member.Has.Select(partition => partition.Start.TopicPartition));
        Assert.Empty((await bench.Group.ReadPositionsAsync([old]))!);

        bench.Topics.Clear();
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await member.BeatAsync();
        await member.BeatAsync();
        Assert.Empty(member.Has);
    }

    [Fact]
    public async Task A_topic_made_anew_while_nobody_reads_is_read_from_its_beginning_also_where_the_group_began_at_the_end()
    {
        var bench = await GroupBench.OpenAsync(1);
        var request = new JoinRequest("billing", "member", ["orders"]) { Create = new GroupSettings { Start = new OffsetQuery.Latest() } };
        var first = await bench.JoinAsync(request);
        await first.BeatAsync();
        Assert.Equal(100, first.Has[0].Start.Offset.Value);
        await bench.Group.LeaveAsync(first.Who);

        bench.AddTopic("orders", 1);
        var second = await bench.JoinAsync(request);
        await second.BeatAsync();

        Assert.Equal(10, second.Has[0].Start.Offset.Value);
    }

    [Fact]
    public async Task A_partition_that_cannot_say_where_it_ends_keeps_no_other_from_being_committed()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        bench.Silent.Add(bench.Of(1));

        var commits = Enumerable.Range(0, 4).Select(number => new Commit(bench.At(number, 20), member.SinceOf(number))).ToList();
        await Assert.ThrowsAsync<BrokerUnavailableException>(async () => await bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Member(member.Who), commits), default));

        Assert.Equal([20, 10, 20, 20], (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value));
        Assert.False(bench.Group.IsLost);
    }

    [Fact]
    public async Task A_coordinator_waits_until_members_are_gone_and_needs_nobody_to_tell_it_so()
    {
        var bench = await GroupBench.OpenAsync();
        await (await bench.JoinAsync("member")).BeatAsync();
        var commit = new CommitRequest("billing", new Committer.Coordinator("streams", 1), [new Commit(bench.At(0, 20), Generation.None)]);

        Assert.IsType<CommitResult.Refused>(await bench.Group.CommitAsync(commit, default));
        bench.Clock.Advance(Session);
        Assert.IsType<CommitResult.Committed>(await bench.Group.CommitAsync(commit, default));
    }

    [Fact]
    public async Task A_thousand_positions_with_all_the_metadata_that_is_allowed_are_kept()
    {
        var bench = await GroupBench.OpenAsync(1_000);
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();

        var commits = Enumerable.Range(0, 1_000).Select(number => new Commit(bench.At(number, 20), member.SinceOf(number), new byte[Commit.MaxMetadataBytes])).ToList();
        Assert.Empty(Assert.IsType<CommitResult.Committed>(await bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Member(member.Who), commits), default)).Refusals);

        await bench.RestartAsync();
        Assert.All((await bench.Group.DescribeAsync(default))!.Partitions, partition => Assert.Equal(20, partition.Committed.Offset.Value));
    }

    [Theory]
    [InlineData(null, "oq")]
    [InlineData("orders", null)]
    public async Task What_a_request_lacks_is_refused(string? topic, string? client)
    {
        var bench = await GroupBench.OpenAsync();
        var request = new JoinRequest("billing", "member", topic is null ? null! : [topic]) { Client = client! };

        Assert.IsType<JoinResult.Refused>(await bench.Group.JoinAsync(request, default));
    }

    [Fact]
    public async Task A_wait_that_is_less_than_none_is_none()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();

        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync(wait: TimeSpan.MinValue));
    }

    [Fact]
    public async Task An_ephemeral_group_goes_an_hour_after_its_last_member_and_a_lasting_one_never()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync(new JoinRequest("billing", "member", ["orders"]) { Create = new GroupSettings { Ephemeral = true } });
        bench.Clock.Advance(Session);
        var due = await bench.Group.RunDutyAsync(default);
        Assert.Equal(Timestamp.Now(bench.Clock).Plus(TimeSpan.FromHours(1)), due);
        Assert.IsType<HeartbeatResult.UnknownMember>(await member.BeatAsync());

        bench.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(due, await bench.Group.RunDutyAsync(default));
        await bench.RestartAsync();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await bench.Group.RunDutyAsync(default));
        Assert.False(bench.Group.Exists);
        await bench.RestartAsync();
        Assert.False(bench.Group.Exists);

        await bench.Group.CreateAsync(new GroupSettings(), ["orders"], default);
        Assert.Null(bench.Group.NextDuty);
    }

    [Fact]
    public async Task Whatever_a_group_is_a_snapshot_brings_it_back()
    {
        var bench = await GroupBench.OpenAsync();
        bench.AddTopic("mails", 2);
        var member = await bench.JoinAsync("member", "orders", "mails");
        await member.BeatAsync();
        var metadata = new byte[Commit.MaxMetadataBytes];
        for (var i = 0; i < 200; i++)
        {
            metadata[0] = (byte)i;
            var commit = new Commit(bench.At(i % 4, 20 + (i / 4)), member.SinceOf(bench.Of(i % 4)), metadata, Gaps: 1);
            await bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Member(member.Who), [commit]), default);
        }

        await bench.Group.StopPartitionAsync(
            new StopPartitionRequest("billing", member.Who, bench.At(1, 99, "mails"), member.SinceOf(bench.Of(1, "mails")), "broken"), default);
        await bench.Group.PauseAsync();
        var before = (await bench.Group.DescribeAsync(default))!;
        var metadataBefore = await bench.Group.ReadPositionsAsync([bench.Of(0)]);

        await bench.RestartAsync();

        var after = (await bench.Group.DescribeAsync(default))!;
        Assert.Equal(before.Partitions, after.Partitions);
        Assert.Equal("broken", after.Partitions[1].Stopped?.Error);
        Assert.True(after.IsPaused);
        Assert.Equal(50, after.Partitions[2].Gaps);
        Assert.Equal(metadataBefore![0].Metadata!.Value.ToArray(), (await bench.Group.ReadPositionsAsync([bench.Of(0)]))![0].Metadata!.Value.ToArray());
    }
}
