using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>How leases are kept alive, and what happens when they are not.</summary>
public sealed class LeaseTests
{
    [Fact]
    public void Leases_are_renewed_while_a_handler_is_busy() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 3);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(3);
        await run.PassAsync(TimeSpan.FromMinutes(2));

        Assert.All(messages, message => Assert.Equal(HeldState.InHand, message.State));
        Assert.Equal(3, run.Broker.Queue.LeasedNow);
        var renewals = run.Broker.Queue.Settlements.Where(each => each.Settlement.Kind == SettlementKind.Renew).ToList();
        Assert.InRange(renewals.Count, 11, 13);
        Assert.All(renewals, renewal => Assert.Equal(new OffsetRange(new(0), new(3)), renewal.Settlement.Offsets));
        Assert.Empty(run.Broker.Queue.Refusals);
    });

    [Fact]
    public void Only_what_is_not_settled_is_renewed() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 5);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(5);
        messages[1].Complete();
        await run.PassAsync(TimeSpan.FromSeconds(11));

        Assert.Equal([0, 2, 3, 4], run.Broker.Queue.OffsetsSettled(SettlementKind.Renew));
    });

    [Fact]
    public void A_lease_of_the_members_own_length_is_asked_for_and_renewed_for_as_long() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Lease = TimeSpan.FromSeconds(3) });
        await member.TakeAsync(1);
        await run.PassAsync(TimeSpan.FromSeconds(10));

        Assert.All(run.Broker.Queue.Leases, request => Assert.Equal(TimeSpan.FromSeconds(3), request.Duration));
        Assert.All(run.Broker.Queue.Settlements, each => Assert.Equal(TimeSpan.FromSeconds(3), each.Settlement.Time));
        Assert.Equal(1, run.Broker.Queue.LeasedNow);
    });

    [Fact]
    public void A_message_that_takes_too_long_is_cancelled_and_abandoned_with_blame() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var log = new LogList();
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", MaxProcessingTime = TimeSpan.FromMinutes(1) }, log);
        var messages = await member.TakeAsync(2);
        var tokens = messages.ConvertAll(message => member.TokenOf(message));
        await run.PassAsync(TimeSpan.FromSeconds(50));
        Assert.True(member.Touch(messages[1]));
        await run.PassAsync(TimeSpan.FromSeconds(11));

        Assert.Equal([true, false], tokens.Select(token => token.IsCancellationRequested));
        var abandoned = Assert.Single(run.Broker.Queue.Settlements, each => each.Settlement.Kind == SettlementKind.Abandon).Settlement;
        Assert.Equal((0, null), (abandoned.Offsets.First.Value, abandoned.Time));
        Assert.StartsWith("System.TimeoutException: ", abandoned.Error, StringComparison.Ordinal);
        Assert.Single(log.Entries, entry => entry.Id == 2041);

        await Assert.ThrowsAsync<LeaseLostException>(() => member.SettleAsync(messages[0], new() { Kind = SettlementKind.Complete }, CancellationToken.None));
        Assert.Single(log.Entries, entry => entry.Id == 2042);
        await run.PassAsync(TimeSpan.FromSeconds(50));
        Assert.True(tokens[1].IsCancellationRequested);
    });

    [Fact]
    public void Without_a_limit_a_message_may_be_in_hand_for_ever() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", MaxProcessingTime = Timeout.InfiniteTimeSpan });
        var message = (await member.TakeAsync(1))[0];
        await run.PassAsync(TimeSpan.FromMinutes(30));

        Assert.Equal(HeldState.InHand, message.State);
        Assert.Equal(1, run.Broker.Queue.LeasedNow);
    });

    [Fact]
    public void A_lease_that_no_renewal_reaches_is_lost_and_its_messages_are_cancelled() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 3);
        var log = new LogList();
        await using var member = await run.JoinQueueAsync(null, log);
        var messages = await member.TakeAsync(2);
        var token = member.TokenOf(messages[0]);
        run.Broker.Queue.OnSettle = _ => Fault.LostCall;
        run.Broker.Queue.OnLease = _ => Fault.LostCall;
        await run.PassAsync(TimeSpan.FromSeconds(29));
        Assert.False(token.IsCancellationRequested);
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.True(token.IsCancellationRequested);
        Assert.Equal(0, member.Held);
        Assert.Single(log.Entries, entry => entry.Id == 2040);
        await Assert.ThrowsAsync<LeaseLostException>(() => member.SettleAsync(messages[0], new() { Kind = SettlementKind.Complete }, CancellationToken.None));
        Assert.False(member.Settle(messages[1], new() { Kind = SettlementKind.Complete }));

        (run.Broker.Queue.OnSettle, run.Broker.Queue.OnLease) = (_ => Fault.None, _ => Fault.None);
        Assert.Equal(["0", "1", "2"], (await member.TakeAsync(3)).Select(message => message.Delivery.Text()!.Trim('"')));
    });

    [Fact]
    public void A_renewal_that_is_refused_cancels_what_is_in_hand() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        await using var member = await run.JoinQueueAsync();
        var messages = await member.TakeAsync(2);
        var tokens = messages.ConvertAll(message => member.TokenOf(message));
        run.Broker.Queue.At(run.Partition(0), 1).Lease = null;
        await run.PassAsync(TimeSpan.FromSeconds(11));

        Assert.Equal([false, true], tokens.Select(token => token.IsCancellationRequested));
        Assert.Equal(HeldState.InHand, messages[0].State);
    });

    [Fact]
    public void Messages_of_a_lease_that_was_lost_before_they_were_handed_out_are_not_handed_out() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        await using var member = await run.JoinQueueAsync();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Queue.OnSettle = _ => Fault.LostCall;
        run.Broker.Queue.OnLease = _ => Fault.LostCall;
        await run.PassAsync(TimeSpan.FromSeconds(31));
        Assert.False(member.TryTake(out _));
    });

    [Fact]
    public void A_lease_whose_answer_is_lost_brings_its_messages_when_it_is_over() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var calls = 0;
        run.Broker.Queue.OnLease = _ => calls++ == 0 ? Fault.LostAnswer : Fault.None;
        await using var member = await run.JoinQueueAsync();
        await run.PassAsync(TimeSpan.FromSeconds(29));
        Assert.Equal(0, member.Held);
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal([2, 2], (await member.TakeAsync(2)).Select(message => message.DeliveryCount));
    });
}
