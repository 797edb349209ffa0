using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>What the circuit breaker of a queue group does to its members, and how it is closed and shown.</summary>
public sealed class QueueGroupBreakerTests
{
    private static readonly BreakerSettings Breaker = new() { LeastDeliveries = 5, Pause = TimeSpan.FromSeconds(3) };

    private static readonly QueueReport Failures = new(0, 5, ProbeState.None, true);
    private static readonly QueueReport Messages = new(0, 0, ProbeState.None, true);
    private static readonly QueueReport Success = new(1, 0, ProbeState.Succeeded, true);

    [Fact]
    public Task Members_of_a_paused_group_wait_as_long_as_the_pause_and_are_woken_for_nothing() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OpenAsync();
        var member = await bench.JoinQueueAsync("member");
        var waiting = member.WaitAsync();
        await TestCursors.QuietAsync();
        Assert.Equal(4, bench.Cursors.Open.Count());

        Assert.Equal(QueuePermit.Held, bench.Group.ReportQueue(bench.Of(2), Failures));
        await TestCursors.QuietAsync();
        Assert.True(waiting.IsCompleted);
        Assert.Empty(Assert.IsType<WaitResult.Ready>(await waiting).Partitions);
        await TestCursors.QuietAsync();
        Assert.Empty(bench.Cursors.Open);

        waiting = member.WaitAsync();
        bench.Clock.Advance(Breaker.Pause - TimeSpan.FromMilliseconds(1));
        await TestCursors.QuietAsync();
        Assert.False(waiting.IsCompleted);
        Assert.Empty(bench.Cursors.Open);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await TestCursors.QuietAsync();
        Assert.True(waiting.IsCompleted);
        Assert.Empty(Assert.IsType<WaitResult.Ready>(await waiting).Partitions);

        waiting = member.WaitAsync();
        await TestCursors.QuietAsync();
        Assert.Equal(QueuePermit.Probe, bench.Group.ReportQueue(bench.Of(1), Messages));
        Assert.Equal(QueuePermit.Held, bench.Group.ReportQueue(bench.Of(2), Messages));
        await bench.Cursors.TellAsync(bench.Of(1), 1, 7);
        Assert.Equal([new ReadyPartition(bench.Of(1), 1)], Assert.IsType<WaitResult.Ready>(await waiting).Partitions);
    });

    [Fact]
    public Task Success_has_all_partitions_watched_anew() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OpenAsync();
        var member = await bench.JoinQueueAsync("member");
        bench.Group.ReportQueue(bench.Of(2), Failures);
        bench.Clock.Advance(Breaker.Pause);
        bench.Group.ReportQueue(bench.Of(1), Messages);
        var waiting = member.WaitAsync();
        await TestCursors.QuietAsync();
        Assert.Equal(4, bench.Cursors.Asked);

        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(1), Success));

        await TestCursors.QuietAsync();
        Assert.Equal(8, bench.Cursors.Asked);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(2), Messages));
    });

    [Fact]
    public Task Resume_ends_the_pause_at_once_and_a_pause_of_the_group_is_something_else() => OneScheduler.RunAsync(async () =>
    {
        var bench = await OpenAsync();
        var member = await bench.JoinQueueAsync("member");
        bench.Group.ReportQueue(bench.Of(0), Failures);
        var waiting = member.WaitAsync();
        await bench.Group.PauseAsync();
        Assert.Equal(QueuePermit.Held, bench.Group.ReportQueue(bench.Of(0), Messages));
        Assert.Empty(bench.Cursors.Open);

        Assert.True(await bench.Group.ResumeAsync());

        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(0), Messages with { Failed = 4 }));
        await TestCursors.QuietAsync();
        Assert.Equal(4, bench.Cursors.Open.Count());
        Assert.False(waiting.IsCompleted);
        Assert.Null((await bench.Group.DescribeAsync(default))!.PausedUntil);
    });

    [Fact]
    public async Task Pauses_are_shown_and_told()
    {
        var bench = await OpenAsync();
        bench.Told.All.Clear();
        Assert.Null((await bench.Group.DescribeAsync(default))!.PausedUntil);
        bench.Group.ReportQueue(bench.Of(0), Failures);
        var until = Timestamp.Now(bench.Clock).Plus(Breaker.Pause);
        Assert.Equal((false, (Timestamp?)until), await ShownAsync(bench));

        bench.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((false, (Timestamp?)until), await ShownAsync(bench));
        bench.Group.ReportQueue(bench.Of(0), Messages);
        bench.Group.ReportQueue(bench.Of(0), new QueueReport(0, 1, ProbeState.Failed, true));
        Assert.Equal((false, (Timestamp?)Timestamp.Now(bench.Clock).Plus(Breaker.Pause)), await ShownAsync(bench));
        bench.Clock.Advance(Breaker.Pause);
        bench.Group.ReportQueue(bench.Of(0), Success);
        bench.Group.ReportQueue(bench.Of(0), Failures);
        await bench.Group.ResumeAsync();
        await bench.Group.ResumeAsync();

        Assert.Equal((false, (Timestamp?)null), await ShownAsync(bench));
        Assert.Equal(["billing paused 5/5", "billing paused 1/1", "billing goes on", "billing paused 5/5", "billing goes on"], bench.Told.All);
    }

    [Fact]
    public async Task A_new_owner_counts_anew()
    {
        var bench = await OpenAsync();
        bench.Group.ReportQueue(bench.Of(0), Failures);
        await bench.RestartAsync();

        Assert.Null((await bench.Group.DescribeAsync(default))!.PausedUntil);
        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(0), Failures with { Failed = 4 }));
    }

    [Fact]
    public async Task What_has_no_breaker_is_always_free()
    {
        var bench = await GroupBench.OpenQueueAsync(settings: new QueueSettings { Breaker = null });
        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(0), Failures with { Failed = 10_000 }));

        bench = await OpenAsync();
        await bench.Group.DeleteAsync(default);
        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(0), Failures));

        bench = await GroupBench.OpenAsync();
        await bench.Group.CreateAsync(new GroupSettings(), ["orders"], default);
        Assert.Equal(QueuePermit.Free, bench.Group.ReportQueue(bench.Of(0), Failures with { Failed = 10_000 }));
    }

    private static Task<GroupBench> OpenAsync() => GroupBench.OpenQueueAsync(settings: new QueueSettings { Breaker = Breaker });

    private static async Task<(bool IsPaused, Timestamp? Until)> ShownAsync(GroupBench bench)
    {
        var group = (await bench.Group.DescribeAsync(default))!;
        return (group.IsPaused, group.PausedUntil);
    }
}
