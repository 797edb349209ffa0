using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>What a cursor tells its group's circuit breaker, and what it leases as the group permits.</summary>
public sealed class QueueBreakerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public Task Every_message_whose_delivery_ended_is_told_once_and_what_was_released_or_renewed_is_not() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 12).Select(i => $"{i}")]);
        var lease = await bench.LeaseAsync();
        bench.Clock.Advance(Second);

        // Those of one request are told together.
        await bench.SettleAsync(
            lease.Settlement(SettlementKind.Complete, 0, 4),
            lease.Settlement(SettlementKind.Abandon, 4, 6),
            lease.Settlement(SettlementKind.DeadLetter, 6),
            lease.Settlement(SettlementKind.Release, 7),
            lease.Settlement(SettlementKind.Renew, 8));
        await RunAsync();
        Assert.Equal((4, 3), Told(bench));

        // Refused, and so not counted; nor is what ran out: a worker that died may have held it by the hundred.
        await lease.SettleAsync(SettlementKind.Complete, 0, 4);
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await bench.LeaseAsync();
        bench.Clock.Advance(Second);
        await RunAsync();
        Assert.Equal((4, 3), Told(bench));
    });

    [Fact]
    public Task Settlements_are_told_by_themselves_once_a_second_and_a_cursor_at_rest_tells_nothing() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 500).Select(i => $"{i}")]);
        var lease = await bench.LeaseAsync();
        Assert.Equal(new QueueReport(0, 0, ProbeState.None, false), Assert.Single(bench.Reports));
        for (var i = 0; i < 200; i++)
        {
            await lease.SettleAsync(SettlementKind.Complete, i);
            bench.Clock.Advance(TimeSpan.FromMilliseconds(10));
            await RunAsync();
        }

        Assert.InRange(bench.Reports.Count, 2, 4);
        bench.Clock.Advance(Second);
        await RunAsync();
        Assert.Equal((200, 0), Told(bench));

        var told = bench.Reports.Count;
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        await RunAsync();
        Assert.Equal(told, bench.Reports.Count);
        Assert.Equal(0, bench.Clock.Waiting);
    });

    [Fact]
    public Task Failures_that_may_pause_the_group_are_told_sooner() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 20).Select(i => $"{i}")]);
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Abandon);
        await RunAsync();
        Assert.Equal((0, 0), Told(bench));

        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await RunAsync();
        Assert.Equal((0, 20), Told(bench));
    });

    [Fact]
    public Task A_cursor_that_is_held_leases_nothing_and_tells_of_nothing_until_the_group_lets_it_go_on() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        await bench.PublishAsync("a", "b", "c");
        var lease = await bench.LeaseAsync(1);
        bench.OnReport = static _ => new(QueuePermit.Held);
        bench.Clock.Advance(Second);
        await lease.SettleAsync(SettlementKind.Complete);
        await RunAsync();

        Assert.Equal("", (await bench.LeaseAsync()).Values);
        var watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        var told = bench.Reports.Count;
        for (var i = 0; i < 30; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await RunAsync();
        }

        Assert.False(watch.IsCompleted);
        Assert.InRange(bench.Reports.Count - told, 2, 3);
        Assert.True(bench.Reports[^1].HasMessages);

        bench.OnReport = static _ => new(QueuePermit.Free);
        bench.Clock.Advance(Second);
        Assert.Equal(2, (await watch).Messages);
        Assert.Equal("b c", (await bench.LeaseAsync()).Values);
    });

    [Theory]
    [InlineData(SettlementKind.Complete, 2, null)]
    [InlineData(SettlementKind.Abandon, 3, null)]
    [InlineData(SettlementKind.DeadLetter, 3, null)]
    [InlineData(SettlementKind.Complete, 2, "oq-tenant")]
    [InlineData(SettlementKind.Abandon, 3, "oq-tenant")]
    public Task A_probe_is_one_message_and_its_outcome_is_told(SettlementKind kind, int outcome, string? tenantHeader) => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench(tenantHeader);
        bench.OnReport = static _ => new(QueuePermit.Probe);
        await bench.PublishAsync("a", "b", "c");
        Assert.Equal(1, (await bench.Queue.WatchAsync(-1, Long, CancellationToken.None)).Messages);
        var leases = await Task.WhenAll(bench.LeaseAsync(), bench.LeaseAsync());
        Assert.Equal(["", "a"], leases.Select(lease => lease.Values).Order());
        Assert.False(leases[0].Answer.HasMore);
        bench.Clock.Advance(Second);
        Assert.Equal("", (await bench.LeaseAsync()).Values);
        await RunAsync();
        Assert.Equal(ProbeState.UnderWay, bench.Reports[^1].Probe);

        await leases.Single(lease => lease.Values == "a").SettleAsync(kind);
        Assert.Equal("", (await bench.LeaseAsync()).Values);
        bench.OnReport = static _ => new(QueuePermit.Free);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await RunAsync();

        Assert.Equal((ProbeState)outcome, bench.Reports[^1].Probe);
        Assert.Equal("b c", (await bench.LeaseAsync()).Values);
        bench.Clock.Advance(Long);
        await bench.LeaseAsync();
        Assert.Equal(ProbeState.None, bench.Reports[^1].Probe);
    });

    [Fact]
    public Task A_probe_that_is_released_is_followed_by_another_and_one_whose_lease_is_over_failed() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        bench.OnReport = static _ => new(QueuePermit.Probe);
        await bench.PublishAsync("a", "b");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Release);
        Assert.Equal("a", (await bench.LeaseAsync()).Values);

        bench.Clock.Advance(TimeSpan.FromSeconds(31));
        await bench.DescribeAsync();
        await RunAsync();

        Assert.Equal(new QueueReport(0, 0, ProbeState.Failed, true), bench.Reports[^1]);
    });

    [Fact]
    public Task Of_those_who_ask_at_once_one_gets_the_probe() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        bench.OnReport = static _ => new(QueuePermit.Probe);
        await bench.PublishAsync("a", "b", "c");
        var reading = new TaskCompletionSource();
        bench.Reading = reading.Task;
        var leases = Task.WhenAll(bench.LeaseAsync(), bench.LeaseAsync(), bench.LeaseAsync());
        await RunAsync();
        Assert.False(leases.IsCompleted);

        reading.SetResult();

        Assert.Equal(["", "", "a"], (await leases).Select(lease => lease.Values).Order());
    });

    [Fact]
    public Task An_outcome_that_comes_while_the_group_is_asked_is_told_with_the_next_question() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        bench.OnReport = static _ => new(QueuePermit.Probe);
        await bench.PublishAsync("a");
        var probe = await bench.LeaseAsync();
        var answer = new TaskCompletionSource<QueuePermit>();
        bench.OnReport = _ => new(answer.Task);
        bench.Clock.Advance(Second);
        await bench.SettleAsync();
        await RunAsync();
        Assert.Equal(ProbeState.UnderWay, bench.Reports[^1].Probe);

        await probe.SettleAsync(SettlementKind.Complete);
        answer.SetResult(QueuePermit.Probe);
        await RunAsync();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));
        await RunAsync();

        Assert.Equal(new QueueReport(1, 0, ProbeState.Succeeded, false), bench.Reports[^1]);
    });

    [Fact]
    public Task The_outcome_of_a_probe_is_told_until_the_group_has_answered() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        bench.OnReport = static _ => new(QueuePermit.Probe);
        await bench.PublishAsync("a", "b");
        var probe = await bench.LeaseAsync();
        bench.OnReport = static _ => throw new BrokerUnavailableException("gone");
        bench.Clock.Advance(Second);
        await probe.SettleAsync(SettlementKind.Complete);
        await RunAsync();
        bench.Clock.Advance(Second);
        await RunAsync();
        Assert.Equal([1, 0], bench.Reports.TakeLast(2).Select(report => report.Succeeded));
        Assert.All(bench.Reports.TakeLast(2), report => Assert.Equal(ProbeState.Succeeded, report.Probe));

        bench.OnReport = static _ => new(QueuePermit.Free);
        bench.Clock.Advance(Second);
        await RunAsync();
        Assert.Equal("b", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task A_cursor_that_was_not_asked_for_long_hears_from_its_group_before_it_leases_and_waits_a_second_at_most() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        var answer = new TaskCompletionSource<QueuePermit>();
        bench.OnReport = _ => new(answer.Task);
        await bench.PublishAsync("a", "b");
        var lease = bench.LeaseAsync(1);
        await RunAsync();
        Assert.False(lease.IsCompleted);
        bench.Clock.Advance(Second);
        await RunAsync();
        Assert.True(lease.IsCompleted);
        Assert.Equal("a", (await lease).Values);

        // The question is still under way, and nobody waits for it any more; nor for the next, as long as it was not answered.
        Assert.Equal("b", (await bench.LeaseAsync()).Values);
        answer.SetException(new BrokerUnavailableException("gone"));
        await RunAsync();
        answer = new();
        await bench.PublishAsync("c", "d");
        lease = bench.LeaseAsync(1);
        await RunAsync();
        Assert.True(lease.IsCompleted);
        Assert.Equal("c", (await lease).Values);
        Assert.Equal(2, bench.Reports.Count);

        answer.SetResult(QueuePermit.Held);
        await RunAsync();
        Assert.Equal("", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task A_busy_cursor_leases_without_waiting_for_the_group_and_a_watch_waits_for_it() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = NewBench();
        await bench.PublishAsync("a", "b", "c");
        await bench.LeaseAsync(1);
        var answer = new TaskCompletionSource<QueuePermit>();
        bench.OnReport = _ => new(answer.Task);
        bench.Clock.Advance(Second);
        Assert.Equal("b", (await bench.LeaseAsync(1)).Values);

        var watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        await RunAsync();
        Assert.False(watch.IsCompleted);
        answer.SetResult(QueuePermit.Free);
        Assert.Equal(1, (await watch).Messages);
    });

    [Fact]
    public Task A_group_without_a_breaker_is_told_nothing() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(breaker: null);
        await bench.PublishAsync("a");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Complete);
        bench.Clock.Advance(Long);
        await RunAsync();

        Assert.Empty(bench.Reports);
    });

    private static QueueBench NewBench(string? tenantHeader = null) => new(new QueueSettings { TenantHeader = tenantHeader }, breaker: new BreakerSettings());

    private static (long Succeeded, long Failed) Told(QueueBench bench) => (bench.Reports.Sum(report => report.Succeeded), bench.Reports.Sum(report => report.Failed));

    /// <summary>Lets everything run that can.</summary>
    private static Task RunAsync() => LogBench.SettleAsync();
}
