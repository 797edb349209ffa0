using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>What members of a queue group that wait for messages are told, and when.</summary>
public sealed class QueueGroupWaitTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Member_that_waits_is_told_where_messages_are() => await RunAsync(async bench =>
    {
        var (first, second) = (await bench.JoinQueueAsync("first"), await bench.JoinQueueAsync("second"));
        var waits = new[] { first.WaitAsync(), second.WaitAsync() };

        await bench.Cursors.TellAsync(bench.Of(2), 1, 1);

        Assert.Equal([new ReadyPartition(bench.Of(2), 1)], Ready(await waits[0]));
        Assert.False(waits[1].IsCompleted);
        await bench.Cursors.TellAsync(bench.Of(0), 9, 1);
        Assert.Equal([new ReadyPartition(bench.Of(0), 9)], Ready(await waits[1]));
    });

    [Fact]
    public async Task Wait_takes_five_seconds_at_most_and_less_where_the_session_is_short() => await RunAsync(async bench =>
    {
        var member = await bench.JoinQueueAsync("member");
        var brief = await bench.JoinAsync(new JoinRequest("billing", "brief", ["orders"]) { Create = null, SessionTimeout = TimeSpan.FromSeconds(2) });
        var waits = new[] { member.WaitAsync(), brief.WaitAsync() };
        Assert.Empty(Ready(await member.WaitAsync(TimeSpan.Zero)));
        Assert.Empty(Ready(await member.WaitAsync(TimeSpan.MinValue)));

        await AdvanceAsync(bench, TimeSpan.FromSeconds(1));
        Assert.Empty(Ready(await waits[1]));
        await AdvanceAsync(bench, TimeSpan.FromSeconds(4) - TimeSpan.FromMilliseconds(1));
        Assert.False(waits[0].IsCompleted);
        await AdvanceAsync(bench, TimeSpan.FromMilliseconds(1));
        Assert.Empty(Ready(await waits[0]));
    });

    [Fact]
    public async Task Wait_is_a_sign_of_life() => await RunAsync(async bench =>
    {
        var member = await bench.JoinQueueAsync("member");
        bench.Clock.Advance(Session - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Ready(await member.WaitAsync(TimeSpan.Zero)));
        bench.Clock.Advance(Session - TimeSpan.FromMilliseconds(1));
        Assert.Empty(Ready(await member.WaitAsync(TimeSpan.Zero)));

        bench.Clock.Advance(Session);
        await bench.Group.DescribeAsync(default);
        Assert.IsType<WaitResult.UnknownMember>(await member.WaitAsync());
    });

    [Fact]
    public async Task Paused_group_wakes_nobody_and_watches_nothing_until_it_goes_on() => await RunAsync(async bench =>
    {
        var member = await bench.JoinQueueAsync("member");
        var waiting = member.WaitAsync();
        Assert.Equal(4, bench.Cursors.Open.Count());
        await bench.Group.PauseAsync();
        await TestCursors.QuietAsync();
        Assert.Empty(bench.Cursors.Open);
        Assert.False(waiting.IsCompleted);

        await bench.Group.ResumeAsync();
        await bench.Cursors.TellAsync(bench.Of(3), 2, 1);
        Assert.Equal([new ReadyPartition(bench.Of(3), 2)], Ready(await waiting));
    });

    [Fact]
    public async Task Member_that_begins_to_wait_in_a_paused_group_is_woken_when_it_goes_on() => await RunAsync(async bench =>
    {
        await bench.Group.PauseAsync();
        var waiting = (await bench.JoinQueueAsync("member")).WaitAsync();
        Assert.Equal(0, bench.Cursors.Asked);

        await bench.Group.ResumeAsync();
        await bench.Cursors.TellAsync(bench.Of(3), 2, 1);
        Assert.Single(Ready(await waiting));
    });

    [Fact]
    public async Task Partitions_are_watched_as_topics_grow_and_are_made_anew() => await RunAsync(async bench =>
    {
        var member = await bench.JoinQueueAsync("member");
        bench.Grow("orders", 5);
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        var waiting = member.WaitAsync();
        await member.BeatAsync();
        await TestCursors.QuietAsync();
        Assert.Equal(Enumerable.Range(0, 5).Select(number => bench.Of(number)), bench.Cursors.Open.Select(watch => watch.Partition));

        bench.AddTopic("orders", 1);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await TestCursors.QuietAsync();
        Assert.Empty(Ready(await waiting));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        waiting = member.WaitAsync();
        await member.BeatAsync();
        await TestCursors.QuietAsync();
        Assert.Equal([bench.Of(0)], bench.Cursors.Open.Select(watch => watch.Partition));
        await bench.Cursors.TellAsync(bench.Of(0), 2, 1);
        Assert.Single(Ready(await waiting));
    });

    [Fact]
    public async Task Partition_whose_cursor_does_not_answer_keeps_nobody_from_another_and_is_asked_again() => await RunAsync(async bench =>
    {
        var silent = bench.Of(1);
        bench.Cursors.OnWatch = partition => partition == silent ? throw new BrokerUnavailableException("gone") : null;
        var member = await bench.JoinQueueAsync("member");
        var waiting = member.WaitAsync();
        await bench.Cursors.TellAsync(bench.Of(0), 1, 1);
        Assert.Single(Ready(await waiting));

        waiting = member.WaitAsync();
        bench.Cursors.OnWatch = static _ => null;
        await AdvanceAsync(bench, TimeSpan.FromMilliseconds(100));
        await bench.Cursors.TellAsync(silent, 3, 1);
        Assert.Equal([new ReadyPartition(silent, 3)], Ready(await waiting));
    });

    [Fact]
    public async Task Who_is_no_member_or_is_replaced_is_told_so_before_and_while_it_waits() => await RunAsync(async bench =>
    {
        var older = await bench.JoinQueueAsync("member");
        var waiting = older.WaitAsync();
        var newer = await bench.JoinQueueAsync("member");
        await TestCursors.QuietAsync();
        Assert.IsType<WaitResult.Replaced>(await waiting);
        Assert.IsType<WaitResult.Replaced>(await older.WaitAsync());

        waiting = newer.WaitAsync();
        await bench.Group.LeaveAsync(newer.Who);
        Assert.IsType<WaitResult.UnknownMember>(await waiting);
        Assert.IsType<WaitResult.UnknownMember>(await newer.WaitAsync());
        Assert.IsType<WaitResult.UnknownMember>(await bench.Group.WaitAsync(new WaitRequest("billing", new GroupMember(null!, default)), default));
    });

    [Fact]
    public async Task Deletion_tells_those_who_wait() => await RunAsync(async bench =>
    {
        var waiting = (await bench.JoinQueueAsync("member")).WaitAsync();

        Assert.True(await bench.Group.DeleteAsync(default));
        await TestCursors.QuietAsync();

        Assert.IsType<WaitResult.UnknownGroup>(await waiting);
        Assert.Empty(bench.Cursors.Open);
    });

    [Fact]
    public async Task Stream_group_has_nobody_who_waits_for_messages()
    {
        var bench = await GroupBench.OpenAsync();
        Assert.IsType<WaitResult.UnknownGroup>(await (await bench.JoinAsync("member")).WaitAsync());
    }

    [Fact]
    public async Task End_of_waits_ends_those_that_go_on_and_those_that_come() => await RunAsync(async bench =>
    {
        var member = await bench.JoinQueueAsync("member");
        var waiting = member.WaitAsync();

        bench.Group.EndWaits();
        await TestCursors.QuietAsync();

        Assert.Empty(Ready(await waiting));
        Assert.Empty(Ready(await member.WaitAsync()));
        Assert.Empty(bench.Cursors.Open);
    });

    [Fact]
    public async Task Owner_that_was_let_go_answers_nobody_who_waits() => await RunAsync(async bench =>
    {
        var waiting = (await bench.JoinQueueAsync("member")).WaitAsync();

        await bench.Group.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => waiting);
    });

    private static IReadOnlyList<ReadyPartition> Ready(WaitResult result) => Assert.IsType<WaitResult.Ready>(result).Partitions;

    private static async Task RunAsync(Func<GroupBench, Task> test) => await OneScheduler.RunAsync(async () => await test(await GroupBench.OpenQueueAsync()));

    private static async Task AdvanceAsync(GroupBench bench, TimeSpan by)
    {
        bench.Clock.Advance(by);
        await TestCursors.QuietAsync();
    }
}
