using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class QueueLeaseTests
{
    [Fact]
    public Task A_leased_message_is_nobody_elses_until_its_lease_is_over() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c");

        var first = await bench.LeaseAsync(2);
        var second = await bench.LeaseAsync(2);
        var third = await bench.LeaseAsync(2);

        Assert.Equal([(0, "a", 1), (1, "b", 1)], first.Messages);
        Assert.Equal("c", second.Values);
        Assert.Empty(third.Messages);
        Assert.Equal(TimeSpan.FromSeconds(30), first.Answer.ValidFor);
        Assert.True(first.Answer.HasMore);
        Assert.NotEqual(first.Id, second.Id);
    });

    [Fact]
    public Task A_completed_message_never_comes_again() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c");
        var lease = await bench.LeaseAsync();

        Assert.Equal(0, await lease.SettleAsync(SettlementKind.Complete, 1));
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        await bench.DescribeAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        bench.Restart();

        Assert.Equal([(0, "a", 2), (2, "c", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task A_message_whose_lease_is_over_comes_again_after_its_backoff_and_counts() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.FromSeconds(10) });
        await bench.PublishAsync("a");
        await bench.LeaseAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(1 + 7));
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([(0, "a", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task A_settlement_under_an_old_lease_is_refused_and_says_so() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.Zero });
        await bench.PublishAsync("a", "b", "c");
        var old = await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(31));
        var held = await bench.LeaseAsync();

        var refusals = await bench.SettleAsync(old.Settlement(SettlementKind.Complete, 0, 3));

        Assert.Equal(new SettleRefusal(old.Id, new OffsetRange(new Offset(0), new Offset(3))), Assert.Single(refusals));
        Assert.Equal(1, await held.SettleAsync(SettlementKind.Complete, 1, 4));
        Assert.Equal(2, (await bench.DescribeAsync()).Leased + 1);
        Assert.Equal(1, await held.SettleAsync(SettlementKind.Complete, 1));
        Assert.Equal(1, await new Leased(bench, held.Answer with { Lease = new LeaseId(new Epoch(99), held.Id.Number) }).SettleAsync(SettlementKind.Complete, 0));
    });

    [Fact]
    public Task A_renewed_lease_holds_longer() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.Zero });
        await bench.PublishAsync("a", "b");
        var lease = await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, await lease.SettleAsync(SettlementKind.Renew, 0));

        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("b", (await bench.LeaseAsync()).Values);
        bench.Restart();
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("a", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task A_released_message_is_there_at_once_and_does_not_count() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Release);

        Assert.Equal([(0, "a", 1)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task An_abandoned_message_waits_as_long_as_was_asked() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        var lease = await bench.LeaseAsync();
        await lease.SettleAsync(SettlementKind.Abandon, 0, 1, TimeSpan.FromSeconds(5));
        await lease.SettleAsync(SettlementKind.Abandon, 1, 2, TimeSpan.Zero);

        Assert.Equal([(1, "b", 2)], (await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(4.9));
        bench.Restart();
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([(0, "a", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task A_new_owner_honours_the_leases_of_the_one_before_and_takes_their_settlements() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        var lease = await bench.LeaseAsync(1);
        var before = bench.Queue;
        bench.Restart();

        Assert.Equal("b", (await bench.LeaseAsync()).Values);
        Assert.Equal(0, await lease.SettleAsync(SettlementKind.Complete));
        Assert.Equal(1, (await bench.DescribeAsync()).Leased);
        await Assert.ThrowsAsync<IOException>(async () => await before.LeaseAsync(new LeaseRequest(QueueBench.Group, bench.Partition, "late") { Settlements = [lease.Settlement(SettlementKind.Complete, 0)] }, CancellationToken.None));
        Assert.True(before.IsLost);
    });

    [Fact]
    public Task A_lease_is_not_over_for_a_new_owner_whose_clock_is_ahead() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.Zero });
        await bench.PublishAsync("a");
        var lease = await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromHours(1));
        bench.Restart();

        Assert.Empty((await bench.LeaseAsync()).Messages);
        Assert.Equal(0, await lease.SettleAsync(SettlementKind.Renew));
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([(0, "a", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task A_lease_that_was_over_is_over_for_a_new_owner_too() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.FromSeconds(1) });
        await bench.PublishAsync("a");
        await bench.LeaseAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty((await bench.LeaseAsync()).Messages);
        bench.Restart();
        bench.Clock.Advance(TimeSpan.FromSeconds(1.3));

        Assert.Equal([(0, "a", 2)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task Settlements_ride_on_a_request_for_messages() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c");
        var lease = await bench.LeaseAsync(2);

        var next = await bench.LeaseAsync(2, settlements: [lease.Settlement(SettlementKind.Release, 0), lease.Settlement(SettlementKind.Complete, 1), lease.Settlement(SettlementKind.Complete, 1)]);

        Assert.Equal("a c", next.Values);
        Assert.Equal(new OffsetRange(new Offset(1), new Offset(2)), Assert.Single(next.Answer.Refusals).Offsets);
    });

    [Fact]
    public Task Of_a_batch_of_which_little_is_leased_only_that_is_sent() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 100).Select(i => $"k{i}={i}")]);

        var one = await bench.LeaseAsync(1);
        var most = await bench.LeaseAsync(90);

        Assert.Equal(1, one.Sent);
        Assert.Equal([(0, "0", 1)], one.Messages);
        Assert.Equal(100, most.Sent);
        Assert.Equal(Enumerable.Range(1, 90).Select(i => ((long)i, $"{i}", 1)), most.Messages);
    });

    [Fact]
    public Task An_answer_holds_as_many_bytes_as_were_asked_for_but_always_one_message() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 100).Select(i => $"{i:D90}")]);

        Assert.Single((await bench.LeaseAsync(bytes: 1)).Messages);
        Assert.InRange((await bench.LeaseAsync(bytes: 1000)).Messages.Count, 8, 11);
    });

    [Fact]
    public Task What_is_left_of_a_batch_that_has_no_room_comes_before_the_next_one() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync([.. Enumerable.Range(0, 4).Select(i => $"{i:D900}")]);
        await bench.PublishAsync("small");
        var got = new List<long>();
        while (await bench.LeaseAsync(bytes: 2_000) is { Messages.Count: not 0 } lease)
        {
            got.AddRange(lease.Messages.Select(message => message.Offset));
        }

        Assert.Equal([0, 1, 2, 3, 4], got);
    });

    [Fact]
    public Task Messages_that_lie_far_apart_come_in_one_answer() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.Zero });
        for (var i = 0; i < 10; i++)
        {
            await bench.PublishAsync([.. Enumerable.Range(0, 10).Select(n => $"{i}{n}")]);
        }

        var lease = await bench.LeaseAsync();
        for (var i = 0; i < 10; i++)
        {
            await lease.SettleAsync(SettlementKind.Complete, (i * 10) + 1, (i * 10) + 10);
        }

        bench.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("00 10 20 30 40 50 60 70 80 90", (await bench.LeaseAsync()).Values);
    });

    [Fact]
    public Task What_lies_behind_an_unfinished_message_costs_no_memory() => OneScheduler.RunAsync(async () =>
    {
        var state = new QueueState();
        state.Apply(new QueueEntryWriter(QueueEntryKind.Created).Number(1).Number(1).Number(0).Number(-1).Entry);
        for (var i = 0; i < 1000; i++)
        {
            long first = 1000 * i;
            state.Apply(new QueueEntryWriter(QueueEntryKind.Leased).Number(i + 1).Text("w").Number(0).Number(1_000_000).Number(first + 1000).Number(0).Number(0)
                .Row(new Unfinished { First = first, End = first + 1000, State = MessageState.Leased }).Entry);
            state.Apply(new QueueEntryWriter(QueueEntryKind.Completed).Range(first + 1, first + 1000).Entry);
        }

        Assert.Equal(1000, state.RowCount);
        Assert.Equal(1000, state.CountOf(MessageState.Leased));
        await Task.CompletedTask;
    });

    [Fact]
    public Task A_paused_group_leases_nothing_and_takes_settlements() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        var lease = await bench.LeaseAsync(1);
        bench.IsPaused = true;
        bench.Clock.Advance(TimeSpan.FromSeconds(6));
        await bench.LeaseAsync(0);

        Assert.Empty((await bench.LeaseAsync(1, settlements: lease.Settlement(SettlementKind.Complete))).Messages);
        Assert.Equal(new Offset(1), (await bench.DescribeAsync()).Finished);
    });

    [Theory]
    [InlineData(-1, 1, "lease max messages")]
    [InlineData(10_001, 1, "lease max messages")]
    [InlineData(1, 0, "lease max bytes")]
    public Task A_bad_request_is_refused_with_its_field(int messages, int bytes, string field) => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();

        Assert.Equal(field, Assert.IsType<LeaseResult.Refused>(await bench.TryLeaseAsync(messages, bytes: bytes)).Reason.Field);
    });

    [Fact]
    public Task What_the_group_says_is_answered_where_there_is_no_queue() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench { Lookup = new QueueLookup.UnknownGroup() };
        Assert.IsType<LeaseResult.UnknownGroup>(await bench.TryLeaseAsync());
        bench.Lookup = new QueueLookup.OtherKind(GroupKind.Stream);
        Assert.Equal(new LeaseResult.OtherKind(GroupKind.Stream), await bench.TryLeaseAsync());
        bench.Lookup = new QueueLookup.UnknownPartition();
        Assert.IsType<LeaseResult.UnknownPartition>(await bench.TryLeaseAsync());
        Assert.Null(await bench.Queue.DescribeAsync(CancellationToken.None));
        bench.Lookup = null;
        Assert.IsType<LeaseResult.Leased>(await bench.TryLeaseAsync());
    });

    [Fact]
    public Task A_group_that_was_created_again_begins_anew() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        var old = await bench.LeaseAsync();
        await old.SettleAsync(SettlementKind.Complete, 0);
        bench.Incarnation = new Epoch(7);
        bench.Restart();

        Assert.Equal([(0, "a", 1), (1, "b", 1)], (await bench.LeaseAsync()).Messages);
        Assert.Equal(1, await old.SettleAsync(SettlementKind.Complete, 1));
    });

    [Fact]
    public Task A_moved_group_leases_again_from_there_and_its_leases_are_over() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c");
        var lease = await bench.LeaseAsync(2);
        await lease.SettleAsync(SettlementKind.Abandon, 0, 1, TimeSpan.FromHours(1));

        await bench.Queue.SeekAsync(new Position(bench.Partition.Topic, bench.Partition.Partition, new Offset(0), Epoch.None), CancellationToken.None);
        Assert.Equal(1, await lease.SettleAsync(SettlementKind.Complete, 1));
        Assert.Equal([(0, "a", 1), (1, "b", 1), (2, "c", 1)], (await bench.LeaseAsync()).Messages);

        await bench.Queue.SeekAsync(new Position(bench.Partition.Topic, bench.Partition.Partition, new Offset(2), Epoch.None), CancellationToken.None);
        bench.Restart();
        Assert.Equal([(2, "c", 1)], (await bench.LeaseAsync()).Messages);
    });

    [Fact]
    public Task What_is_settled_and_leased_with_one_request_is_kept_by_one_commit() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c");
        var held = await bench.LeaseAsync(2);
        bench.Store.Appends.Clear();

        var next = await bench.LeaseAsync(1, settlements: [held.Settlement(SettlementKind.Complete, 0), held.Settlement(SettlementKind.Release, 1)]);

        Assert.Equal("b", next.Values);
        Assert.Single(bench.Store.Appends);
        bench.Restart();
        Assert.Equal((1L, 1L), ((await bench.DescribeAsync()).Leased, (await bench.DescribeAsync()).Finished.Value));
    });

    [Fact]
    public Task What_is_settled_with_a_request_that_has_to_read_first_does_not_wait_for_that() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a");
        var held = await bench.LeaseAsync();
        var reading = new TaskCompletionSource();
        bench.Reading = reading.Task;
        bench.Queue.Idle();
        bench.Queue.Idle();
        bench.Store.Appends.Clear();

        var request = bench.LeaseAsync(1, settlements: held.Settlement(SettlementKind.Complete));
        await LogBench.SettleAsync();
        Assert.Single(bench.Store.Appends);
        Assert.False(request.IsCompleted);
        reading.SetResult();
        Assert.Empty((await request).Messages);
    });

    [Fact]
    public Task A_message_whose_wait_ends_while_later_ones_are_being_read_comes_with_the_next_lease_and_not_behind_them() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.FromSeconds(1) });
        var padding = new string('x', 200_000);
        await bench.PublishAsync("a", $"b{padding}", $"c{padding}", $"d{padding}");
        await bench.PublishAsync($"e{padding}", $"f{padding}", $"g{padding}");
        await (await bench.LeaseAsync(1)).SettleAsync(SettlementKind.Abandon);
        var reading = new TaskCompletionSource();
        bench.Reading = reading.Task;

        var lease = bench.LeaseAsync();
        await LogBench.SettleAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3, (await bench.DescribeAsync()).Leased);
        reading.SetResult();

        var first = await lease;
        Assert.Equal("b c d", string.Join(' ', first.Messages.Select(static message => message.Value[..1])));
        Assert.Equal(first.Answer.Selection.OrderBy(static range => range.First), first.Answer.Selection);
        Assert.True(first.Answer.HasMore);
        Assert.Equal([("a", 2), ("e", 1)], (await bench.LeaseAsync(2)).Messages.Select(static message => (message.Value[..1], message.Count)));
    });
}
