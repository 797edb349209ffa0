using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>A queue group goes with all of its cursors, and one that is gone in part serves nobody.</summary>
public sealed class QueueGroupDeletionTests
{
    [Fact]
    public async Task Cursors_are_deleted_first_and_many_at_once() => await OneScheduler.RunAsync(async () =>
    {
        var bench = await GroupBench.OpenQueueAsync(150);
        var (now, most) = (0, 0);
        bench.Cursors.OnDrop = async _ =>
        {
            Assert.True(bench.Group.Exists);
            most = Math.Max(most, ++now);
            await TestCursors.QuietAsync();
            now--;
        };

        Assert.True(await bench.Group.DeleteAsync(default));

        Assert.Equal(64, most);
        Assert.Equal(Enumerable.Range(0, 150), bench.Cursors.Dropped.Select(partition => partition.Partition.Number).Order());
        Assert.True(bench.Group.IsDeleted);
    });

    [Fact]
    public async Task Stream_group_has_no_cursors_to_delete()
    {
        var bench = await GroupBench.OpenAsync();
        await bench.JoinAsync("member");

        Assert.True(await bench.Group.DeleteAsync(default));

        Assert.Empty(bench.Cursors.Dropped);
    }

    [Fact]
    public async Task No_cursor_comes_back_while_the_group_goes() => await OneScheduler.RunAsync(async () =>
    {
        var bench = await GroupBench.OpenQueueAsync();
        var going = new TaskCompletionSource();
        bench.Cursors.OnDrop = _ => going.Task;
        var deleting = bench.Group.DeleteAsync(default).AsTask();
        await TestCursors.QuietAsync();

        Assert.IsType<QueueLookup.UnknownGroup>(await bench.Group.FindQueueAsync(bench.Of(0), default));
        going.SetResult();
        Assert.True(await deleting);
        Assert.IsType<QueueLookup.UnknownGroup>(await bench.Group.FindQueueAsync(bench.Of(0), default));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deletion_that_fails_leaves_the_group_to_be_deleted_again(bool restarts)
    {
        var bench = await GroupBench.OpenQueueAsync();
        var member = await bench.JoinQueueAsync("member");
        bench.Cursors.OnDrop = partition => partition == bench.Of(2) ? throw new BrokerUnavailableException("gone") : Task.CompletedTask;
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.Group.DeleteAsync(default).AsTask());
        await (restarts ? bench.RestartAsync() : Task.CompletedTask);

        // Of what is gone in part nobody gets anything, or what was done would be done again.
        Assert.NotNull(await bench.Group.DescribeAsync(default));
        Assert.IsType<QueueLookup.UnknownGroup>(await bench.Group.FindQueueAsync(bench.Of(2), default));
        Assert.IsType<HeartbeatResult.UnknownGroup>(await member.BeatAsync());
        Assert.IsType<WaitResult.UnknownGroup>(await member.WaitAsync());
        Assert.IsType<SeekResult.UnknownGroup>(await bench.Group.SeekAsync([bench.At(0, 20)], default));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.JoinQueueAsync("another"));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.Group.CreateAsync(GroupBench.QueueOf(), ["orders"], default).AsTask());
        Assert.False(bench.Group.IsLost);

        bench.Cursors.OnDrop = _ => Task.CompletedTask;
        Assert.True(await bench.Group.DeleteAsync(default));
        Assert.True(bench.Group.IsDeleted);
        Assert.False(await bench.Group.DeleteAsync(default));
    }

    [Fact]
    public async Task Deletion_that_was_cut_short_goes_on_by_itself()
    {
        var bench = new GroupHostBench { OnChange = static _ => Task.CompletedTask };
        await bench.Host.CreateAsync(GroupBench.QueueOf(), ["orders"], default);
        bench.OnChange = change =>
        {
            bench.Seen.Add(change);
            return Task.CompletedTask;
        };
        bench.Inner.Cursors.OnDrop = _ => throw new BrokerUnavailableException("gone");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.Host.DeleteAsync(default).AsTask());
        Assert.Equal([$"due {Timestamp.Now(bench.Inner.Clock).Plus(TimeSpan.FromSeconds(10)).UnixMilliseconds}"], bench.Seen);
        await bench.RestartAsync();
        bench.Inner.Clock.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => bench.Host.RunDutyAsync(default).AsTask());
        Assert.Contains("billing", bench.Named);

        bench.Inner.Cursors.OnDrop = _ => Task.CompletedTask;
        Assert.Null(await bench.Host.RunDutyAsync(default));

        Assert.Empty(bench.Named);
        Assert.Null(await bench.Host.DescribeAsync(default));
        Assert.Equal(4, bench.Inner.Cursors.Dropped.Count);
    }

    [Fact]
    public async Task Ephemeral_queue_group_takes_its_cursors_with_it()
    {
        var bench = await GroupBench.OpenAsync();
        await bench.Group.CreateAsync(GroupBench.QueueOf() with { Ephemeral = true }, ["orders"], default);
        bench.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Null(await bench.Group.RunDutyAsync(default));

        Assert.Equal(4, bench.Cursors.Dropped.Count);
        Assert.True(bench.Group.IsDeleted);
    }

    [Fact]
    public async Task Host_answers_for_a_group_that_is_not_there_and_ends_waits_for_one_that_is()
    {
        var bench = new GroupHostBench();
        var partition = bench.Inner.Of(0);
        Assert.IsType<QueueLookup.UnknownGroup>(await bench.Host.FindQueueAsync(partition, default));
        Assert.IsType<WaitResult.UnknownGroup>(await bench.Host.WaitAsync(new WaitRequest("billing", new GroupMember("a", new Generation(1))), default));
        Assert.Equal(0, bench.Openings);

        var join = new JoinRequest("billing", "a", ["orders"]) { Create = GroupBench.QueueOf() };
        var member = Assert.IsType<JoinResult.Joined>(await bench.Host.JoinAsync(join, default)).Member;
        Assert.IsType<QueueLookup.Found>(await bench.Host.FindQueueAsync(partition, default));
        var waiting = bench.Host.WaitAsync(new WaitRequest("billing", member), default).AsTask();
        Assert.False(waiting.IsCompleted);
        bench.Host.EndWaits();
        Assert.Empty(Assert.IsType<WaitResult.Ready>(await waiting).Partitions);
    }
}
