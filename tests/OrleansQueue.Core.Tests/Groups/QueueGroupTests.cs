using OrleansQueue.Broker;
using OrleansQueue.Queues;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>Members, settings and places of groups of kind Queue.</summary>
public sealed class QueueGroupTests
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(10);

    private static readonly QueueSettings Settings = new()
    {
        Lease = TimeSpan.FromSeconds(20),
        MaxDeliveries = 7,
        Backoff = TimeSpan.Zero,
        MaxBackoff = TimeSpan.FromSeconds(90),
        OrderedByKey = true,
    };

    [Fact]
    public async Task Settings_and_incarnation_stay_as_they_were_whoever_owns_the_group()
    {
        var bench = await GroupBench.OpenQueueAsync(settings: Settings);
        var incarnation = bench.Group.Epoch;
        await bench.RestartAsync();
        Assert.NotEqual(incarnation, bench.Group.Epoch);

        Assert.Equal(GroupBench.QueueOf(Settings), (await bench.Group.DescribeAsync(default))!.Settings);
        var expected = new QueueAssignment("orders", 4, Durability.Fsync, incarnation, bench.At(1, 10), Settings, false);
        Assert.Equal(expected, Found(await bench.Group.FindQueueAsync(bench.Of(1), default)));
    }

    [Fact]
    public async Task Group_made_anew_under_the_same_name_has_another_incarnation()
    {
        var bench = await GroupBench.OpenQueueAsync();
        var first = Found(await bench.Group.FindQueueAsync(bench.Of(0), default)).Incarnation;
        await bench.Group.DeleteAsync(default);
        await bench.RestartAsync();
        await bench.Group.CreateAsync(GroupBench.QueueOf(), ["orders"], default);

        Assert.NotEqual(first, Found(await bench.Group.FindQueueAsync(bench.Of(0), default)).Incarnation);
    }

    [Fact]
    public async Task Every_member_reads_every_partition_of_its_topics_and_who_comes_or_goes_changes_nothing_for_others()
    {
        var bench = await GroupBench.OpenQueueAsync();
        bench.AddTopic("mails", 2);
        var first = await bench.JoinQueueAsync("first");
        await first.BeatAsync();
        Assert.Equal(Enumerable.Range(0, 4).Select(number => bench.At(number, 10)), first.Has.Select(partition => partition.Start));
        Assert.All(first.Has, partition => Assert.True(partition is { TopicName: "orders", IsPaused: false } && partition.Since > Generation.None));

        var second = await bench.JoinQueueAsync("second", "orders", "mails");
        await second.BeatAsync();
        Assert.Equal(6, second.Has.Count);
        Assert.IsType<HeartbeatResult.Unchanged>(await first.BeatAsync());
        await bench.Group.LeaveAsync(second.Who);
        Assert.IsType<HeartbeatResult.Unchanged>(await first.BeatAsync());
        Assert.All((await bench.Group.DescribeAsync(default))!.Partitions, partition => Assert.Null(partition.Owner));

        var had = first.Has;
        await bench.RestartAsync();
        Assert.IsType<HeartbeatResult.Assigned>(await first.BeatAsync());
        Assert.Equal(had, first.Has);
    }

    [Fact]
    public async Task Topics_that_grow_go_or_are_made_anew_are_told_to_their_members_and_to_nobody_else()
    {
        var bench = await GroupBench.OpenQueueAsync(2);
        bench.AddTopic("mails", 1);
        var member = await bench.JoinQueueAsync("member");
        var other = await bench.JoinQueueAsync("other", "mails");
        await member.BeatAsync();
        await other.BeatAsync();
        var had = member.Has;

        bench.Grow("orders", 3);
        await RefreshAsync(bench, member);
        Assert.IsType<HeartbeatResult.Unchanged>(await other.BeatAsync());
        Assert.Equal(had, member.Has.Take(2));
        Assert.Equal([10, 10, 0], member.Has.Select(partition => partition.Start.Offset.Value));

        var old = Enumerable.Range(0, 3).Select(number => bench.Of(number)).ToList();
        bench.AddTopic("orders", 1);
        await RefreshAsync(bench, member);
        Assert.Equal([bench.Of(0)], member.Has.Select(partition => partition.Start.TopicPartition));
        Assert.Equal(old, bench.Cursors.Dropped);

        old = [bench.Of(0)];
        bench.Topics.Remove("orders");
        bench.Cursors.Dropped.Clear();
        await RefreshAsync(bench, member);
        Assert.Empty(member.Has);
        Assert.Equal(old, bench.Cursors.Dropped);
        Assert.IsType<HeartbeatResult.Unchanged>(await other.BeatAsync());
    }

    [Fact]
    public async Task Topic_that_is_gone_stays_until_its_cursors_are_deleted()
    {
        var bench = await GroupBench.OpenQueueAsync(2);
        var member = await bench.JoinQueueAsync("member");
        await member.BeatAsync();
        var old = new[] { bench.Of(0), bench.Of(1) };
        bench.AddTopic("orders", 1);
        bench.Cursors.OnDrop = partition => partition == old[1] ? throw new BrokerUnavailableException("gone") : Task.CompletedTask;
        await RefreshAsync(bench, member);
        Assert.Equal(old, member.Has.Select(partition => partition.Start.TopicPartition));
        Assert.IsType<QueueLookup.UnknownPartition>(await bench.Group.FindQueueAsync(old[0], default));

        // Who joins now is not kept waiting, and gets the new topic as soon as the old one's cursors are gone.
        var joining = await bench.JoinQueueAsync("joining");
        bench.Cursors.OnDrop = _ => Task.CompletedTask;
        await joining.BeatAsync();
        await joining.BeatAsync();
        await member.BeatAsync();

        Assert.Equal([bench.Of(0)], joining.Has.Select(partition => partition.Start.TopicPartition));
        Assert.Equal([bench.Of(0)], member.Has.Select(partition => partition.Start.TopicPartition));
        Assert.Equal([old[0], old[0], old[1]], bench.Cursors.Dropped);
    }

    [Fact]
    public async Task Pause_and_its_end_are_told_to_members_and_to_cursors()
    {
        var bench = await GroupBench.OpenQueueAsync(1);
        var member = await bench.JoinQueueAsync("member");
        await member.BeatAsync();
        var since = member.SinceOf(0);

        foreach (var paused in new[] { true, false })
        {
            Assert.True(await (paused ? bench.Group.PauseAsync() : bench.Group.ResumeAsync()));
            Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
            Assert.Equal((since, paused), (member.Has[0].Since, member.Has[0].IsPaused));
            Assert.Equal(paused, Found(await bench.Group.FindQueueAsync(bench.Of(0), default)).IsPaused);
        }
    }

    [Fact]
    public async Task Cursor_is_told_what_its_group_and_its_topic_are_now()
    {
        var bench = await GroupBench.OpenAsync();
        Assert.IsType<QueueLookup.UnknownGroup>(await bench.Group.FindQueueAsync(bench.Of(0), default));
        await bench.Group.CreateAsync(new GroupSettings(), ["orders"], default);
        Assert.Equal(new QueueLookup.OtherKind(GroupKind.Stream), await bench.Group.FindQueueAsync(bench.Of(0), default));

        bench = await GroupBench.OpenQueueAsync();
        Assert.IsType<QueueLookup.UnknownPartition>(await bench.Group.FindQueueAsync(bench.Of(4), default));
        bench.Topics["orders"] = bench.Topics["orders"] with { Settings = new() { Partitions = 9, Durability = Durability.Memory } };
        var found = Found(await bench.Group.FindQueueAsync(bench.Of(3), default));
        Assert.Equal((9, Durability.Memory), (found.Partitions, found.Durability));
        var gone = bench.Of(0);
        bench.Topics.Clear();
        Assert.IsType<QueueLookup.UnknownPartition>(await bench.Group.FindQueueAsync(gone, default));
    }

    [Fact]
    public async Task Cursor_is_told_nothing_that_is_not_kept_and_nothing_by_an_owner_that_was_replaced()
    {
        var bench = await GroupBench.OpenQueueAsync();
        bench.Store.Gated = true;
        var pausing = bench.Group.PauseAsync().AsTask();
        var asking = bench.Group.FindQueueAsync(bench.Of(0), default).AsTask();
        Assert.False(asking.IsCompleted);
        bench.Store.Answer(StoreOutcome.NoSpace);
        await Assert.ThrowsAsync<IOException>(() => pausing);
        await Assert.ThrowsAsync<IOException>(() => asking);

        bench = await GroupBench.OpenQueueAsync();
        var old = bench.Group;
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.RestartAsync();
        await Assert.ThrowsAsync<IOException>(() => old.FindQueueAsync(bench.Of(0), default).AsTask());
    }

    [Fact]
    public Task Seek_moves_the_cursors_then_begins_a_generation() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GroupBench.OpenQueueAsync();
        var member = await bench.JoinQueueAsync("member");
        await member.BeatAsync();
        var since = member.SinceOf(1);
        Assert.IsType<SeekResult.Refused>(await bench.Group.SeekAsync([bench.At(0, 20), bench.At(1, 101)], default));
        Assert.Empty(bench.Cursors.Seeks);

        bench.Cursors.OnSeek = _ => throw new BrokerUnavailableException("gone");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.Group.SeekAsync([bench.At(0, 20)], default).AsTask());
        Assert.IsType<HeartbeatResult.Unchanged>(await member.BeatAsync());

        bench.Cursors.OnSeek = static _ => { };
        var done = Assert.IsType<SeekResult.Done>(await bench.Group.SeekAsync([bench.At(0, 20), bench.At(2, 30)], default));
        Assert.Equal([bench.At(0, 20), bench.At(2, 30)], bench.Cursors.Seeks);
        await bench.RestartAsync();
        Assert.Equal([20, 10, 30, 10], (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value));
        await member.BeatAsync();
        Assert.Equal([done.Generation, since, done.Generation, since], member.Has.Select(partition => partition.Since));
        Assert.Equal([20, 10, 30, 10], member.Has.Select(partition => partition.Start.Offset.Value));
    });

    [Fact]
    public Task Seek_is_told_to_members_that_wait_for_a_change() => OneScheduler.RunAsync(async () =>
    {
        var bench = await GroupBench.OpenQueueAsync();
        var member = await bench.JoinQueueAsync("member");
        await member.BeatAsync();
        var waiting = member.BeatAsync(wait: TimeSpan.FromSeconds(5));

        await bench.Group.SeekAsync([bench.At(0, 20)], default);

        Assert.IsType<HeartbeatResult.Assigned>(await waiting);
    });

    [Fact]
    public async Task What_only_stream_groups_do_is_refused()
    {
        var bench = await GroupBench.OpenQueueAsync();
        var member = await bench.JoinQueueAsync("member");
        await member.BeatAsync();
        var refused = new CommitResult.Refused(new Refusal("group kind", "queue", "stream"));

        Assert.Equal(refused, await member.CommitAsync(0, 20));
        Assert.Equal(refused, await bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Coordinator("streams", 1), [new Commit(bench.At(0, 20), default)]), default));
        Assert.Equal(refused, await bench.Group.StopPartitionAsync(new StopPartitionRequest("billing", member.Who, bench.At(0, 20), member.SinceOf(0), "broken"), default));
        var letter = new DeadLetterRequest("billing", member.Who, bench.At(0, 20), bench.At(0, 21), member.SinceOf(0), BatchMaker.Of("dead"));
        Assert.Equal(refused, await bench.Group.DeadLetterAsync(letter, default));
        Assert.Equal([10, 10, 10, 10], (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value));
        Assert.Empty(bench.Dead);
    }

    private static QueueAssignment Found(QueueLookup lookup) => Assert.IsType<QueueLookup.Found>(lookup).Assignment;

    private static async Task RefreshAsync(GroupBench bench, TestMember member)
    {
        bench.Clock.Advance(Refresh);
        await member.BeatAsync();
        await member.BeatAsync();
    }
}
