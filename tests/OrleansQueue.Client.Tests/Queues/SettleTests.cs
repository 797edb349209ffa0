using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>How settlements reach the broker.</summary>
public sealed class SettleTests
{
    [Fact]
    public void What_gathers_while_a_call_is_under_way_travels_in_one_settlement() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 100);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(100);
        var held = new TaskCompletionSource();
        run.Broker.Queue.OnSettle = _ => new Fault { Before = held.Task };
        messages[0].Complete();
        await run.PassAsync(TimeSpan.FromMilliseconds(10));
        foreach (var message in messages.Skip(1).Reverse())
        {
            message.Complete();
        }

        Assert.Single(run.Broker.Queue.Settles);
        held.SetResult();
        await run.PassAsync(TimeSpan.FromMilliseconds(20));

        var settlements = run.Broker.Queue.Settlements.Select(each => each.Settlement.Offsets).ToList();
        Assert.Equal([new(new(0), new(1)), new(new(1), new(100))], settlements);
    });

    [Fact]
    public void Settlements_ride_on_the_next_lease_of_their_partition() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 10);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 2 });
        for (var i = 0; i < 10; i++)
        {
            (await member.TakeAsync(1))[0].Complete();
        }

        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(Enumerable.Range(0, 10).Select(number => (long)number), run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        Assert.InRange(run.Broker.Queue.Leases.Count(request => request.Settlements.Count != 0), 4, 9);
    });

    [Fact]
    public void Kinds_are_told_apart() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(5);
        var held = new TaskCompletionSource();
        run.Broker.Queue.OnSettle = _ => new Fault { Before = held.Task };
        messages[4].Complete();
        await run.PassAsync(TimeSpan.FromMilliseconds(10));
        member.Settle(messages[0], new() { Kind = SettlementKind.Abandon, Time = TimeSpan.FromSeconds(5), Error = "e" });
        member.Settle(messages[1], new() { Kind = SettlementKind.DeadLetter, Reason = new string('r', 2000) });
        member.Settle(messages[2], new() { Kind = SettlementKind.Release });
        messages[3].Complete();
        held.SetResult();
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        var settlements = run.Broker.Queue.Settlements.Select(each => each.Settlement).OrderBy(settlement => settlement.Offsets.First).ToList();
        Assert.Equal(
            [SettlementKind.Abandon, SettlementKind.DeadLetter, SettlementKind.Release, SettlementKind.Complete, SettlementKind.Complete],
            settlements.Select(settlement => settlement.Kind));
        Assert.Equal((TimeSpan.FromSeconds(5), "e"), (settlements[0].Time, settlements[0].Error));
        Assert.Equal(Settlement.MaxTextLength, settlements[1].Reason!.Length);
    });

    [Fact]
    public void A_settlement_without_an_answer_is_sent_again_and_a_refusal_then_is_no_error() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        var log = new LogList();
        await using var member = await run.JoinQueueAsync(null, log);
        var message = (await member.TakeAsync(1))[0];
        var calls = 0;
        run.Broker.Queue.OnSettle = _ => calls++ < 2 ? Fault.LostAnswer : Fault.None;

        await member.SettleAsync(message, new() { Kind = SettlementKind.Complete }, CancellationToken.None);

        Assert.Equal(3, run.Broker.Queue.Settles.Count);
        Assert.Equal(SettlementKind.Complete, run.Broker.Queue.At(run.Partition(0), 0).Settled);
        Assert.NotEmpty(run.Broker.Queue.Refusals);
        Assert.DoesNotContain(log.Entries, entry => entry.Id is 2040 or 2042);
    });

    [Fact]
    public void A_settlement_is_sent_again_until_its_lease_is_over_and_is_then_given_up() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        var log = new LogList();
        await using var member = await run.JoinQueueAsync(null, log);
        var message = (await member.TakeAsync(1))[0];
        run.Broker.Queue.OnSettle = _ => Fault.LostCall;
        run.Broker.Queue.OnLease = _ => Fault.LostCall;

        await Assert.ThrowsAsync<LeaseLostException>(() => member.SettleAsync(message, new() { Kind = SettlementKind.Complete }, CancellationToken.None));

        Assert.InRange(run.Broker.Queue.Settles.Count, 25, 50);
        Assert.Single(log.Entries, entry => entry.Id == 2044);
    });

    [Fact]
    public void A_settlement_that_is_refused_at_once_is_a_lost_lease() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var log = new LogList();
        await using var member = await run.JoinQueueAsync(null, log);
        var messages = await member.TakeAsync(2);
        run.Broker.Queue.At(run.Partition(0), 0).Lease = null;

        var lost = await Assert.ThrowsAsync<LeaseLostException>(() => member.SettleAsync(messages[0], new() { Kind = SettlementKind.Complete }, CancellationToken.None));

        Assert.Equal(("orders", 0), (lost.Topic, (int)lost.Offset.Value));
        Assert.Single(log.Entries, entry => entry.Id == 2042);
        await member.SettleAsync(messages[1], new() { Kind = SettlementKind.Complete }, CancellationToken.None);
    });

    [Fact]
    public void A_throttled_lease_sends_its_settlements_again_without_doubt() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 4);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 2 });
        var messages = await member.TakeAsync(2);
        run.Broker.Queue.InsteadOfLease = _ => new LeaseResult.Throttled(TimeSpan.FromMilliseconds(100));
        await member.SettleAsync(messages[0], new() { Kind = SettlementKind.Complete }, CancellationToken.None);

        Assert.Equal([0L], run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        run.Broker.Queue.InsteadOfLease = _ => null;
        Assert.Single(await member.TakeAsync(1));
    });

    [Fact]
    public void Stop_releases_what_was_not_handed_out_waits_for_what_is_in_hand_and_leaves() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 10);
        var member = await run.JoinQueueAsync();
        var inHand = (await member.TakeAsync(1))[0];
        var done = new TaskCompletionSource();
        var stopping = member.StopAsync(done.Task, TimeSpan.FromSeconds(25));
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(9, run.Broker.Queue.OffsetsSettled(SettlementKind.Release).Count());
        Assert.Equal(0, run.Broker.Group.Leaves);
        Assert.Equal(HeldState.InHand, inHand.State);

        inHand.Complete();
        done.SetResult();
        await stopping;
        Assert.Single(run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        Assert.Equal((1, 0), (run.Broker.Group.Leaves, run.Broker.Queue.LeasedNow));
        Assert.Null(await member.TakeAsync(CancellationToken.None));
    });

    [Fact]
    public void What_is_in_hand_when_the_time_to_drain_is_over_is_cancelled_and_released_without_blame() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        var member = await run.JoinQueueAsync();
        var inHand = (await member.TakeAsync(1))[0];
        var token = member.TokenOf(inHand);
        await member.StopAsync(new TaskCompletionSource().Task, TimeSpan.FromSeconds(2));

        Assert.True(token.IsCancellationRequested);
        Assert.Equal((0, 0), (run.Broker.Queue.LeasedNow, run.Broker.Queue.At(run.Partition(0), 0).Deliveries));
        Assert.Equal(1, run.Broker.Group.Leaves);
    });

    [Fact]
    public void A_lease_that_is_under_way_at_the_stop_is_given_back() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        var held = new TaskCompletionSource();
        run.Broker.Queue.OnLease = _ => new Fault { After = held.Task };
        var member = await run.JoinQueueAsync();
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        var stopping = member.DisposeAsync().AsTask();
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        held.SetResult();
        await stopping;

        Assert.Equal((0, 1), (run.Broker.Queue.LeasedNow, run.Broker.Group.Leaves));
    });

    [Fact]
    public void A_member_that_was_expelled_joins_again_and_keeps_what_it_leased() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(2);
        run.Broker.Group.Expel();
        await run.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(2, run.Broker.Group.Joins.Count);
        messages.ForEach(static message => message.Complete());
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
        Assert.Empty(run.Broker.Queue.Refusals);
    });
}
