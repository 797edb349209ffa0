using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>What a member leases, and when it asks to be told of messages.</summary>
public sealed class CreditTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_held_and_asked_for_never_exceeds_the_prefetch(int seed) => Simulation.Run(
        async run =>
        {
            await run.FillQueueAsync(4, 400);
            run.Broker.Queue.OnLease = _ =>
            {
                Assert.InRange(run.Broker.Queue.LeasedNow + run.Broker.Queue.Asked, 0, 100);
                return Fault.None;
            };
            await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 100 });
            await run.PassAsync(TimeSpan.FromSeconds(2));
            Assert.Equal(100, run.Broker.Queue.LeasedNow);
            Assert.Equal(100, member.Held);

            run.Broker.Queue.OnLease = _ =>
            {
                Assert.InRange(member.Held + run.Broker.Queue.Asked, 0, 100);
                return Fault.None;
            };
            for (var i = 0; i < 400; i++)
            {
                (await member.TakeAsync(CancellationToken.None))!.Value.Complete();
            }

            await run.PassAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(400, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
            Assert.Empty(run.Broker.Queue.Refusals);
        },
        seed);

    [Fact]
    public void Bytes_bound_what_is_held() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        for (var i = 0; i < 10; i++)
        {
            await run.PublishMoreAsync(1, new string('x', 30_000));
        }

        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", PrefetchBytes = 64 << 10, Prefetch = 1 });
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.All(run.Broker.Queue.Leases, request => Assert.InRange(request.MaxBytes, 1, 64 << 10));
    });

    [Fact]
    public void A_wait_is_outstanding_while_there_is_credit_and_none_while_there_is_not() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 0);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 2 });
        await run.PassAsync(TimeSpan.FromSeconds(12));
        Assert.Equal(1, run.Broker.Queue.Waiting);
        Assert.InRange(run.Broker.Queue.Waits, 2, 5);

        await run.PublishMoreAsync(1, "a", "b", "c");
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((2, 0), (member.Held, run.Broker.Queue.Waiting));

        var first = (await member.TakeAsync(CancellationToken.None))!.Value;
        first.Complete();
        await run.PassAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, member.Held);
        (await member.TakeAsync(2)).ForEach(static message => message.Complete());
        await run.PassAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal((0, 1), (member.Held, run.Broker.Queue.Waiting));
    });

    [Fact]
    public void A_partition_that_gets_messages_is_leased_from_while_another_has_a_backlog() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 0);
        await run.PublishMoreAsync(1, [.. Enumerable.Range(0, 300).Select(number => $"{number}")]);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 20 });
        var busy = TakeAllAsync(member);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("new", new PublishOptions { Partition = new(1) });
        }

        await run.PassAsync(TimeSpan.FromMilliseconds(500));
        Assert.Null(run.Broker.Queue.At(run.Partition(0), 299).Settled);
        Assert.Equal(SettlementKind.Complete, run.Broker.Queue.At(run.Partition(1), 0).Settled);
        await member.DisposeAsync();
        await busy;

        async Task TakeAllAsync(QueueMember from)
        {
            while (await from.TakeAsync(CancellationToken.None) is { } message)
            {
                message.Complete();
                await run.PassAsync(TimeSpan.FromMilliseconds(5));
            }
        }
    });

    [Fact]
    public void The_first_lease_of_a_partition_that_a_wait_names_takes_no_more_than_it_says() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        run.Broker.Queue.ReadyMessages = 3;
        await using var member = await run.JoinQueueAsync();
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        run.Broker.Queue.Leases.Clear();
        await run.PublishMoreAsync(1, [.. Enumerable.Range(0, 10).Select(number => $"{number}")]);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.InRange(run.Broker.Queue.Leases[0].MaxMessages, 1, 3);
        Assert.Equal(10, member.Held);
    });

    [Fact]
    public void A_paused_group_leases_nothing_and_gives_back_what_was_not_handed_out() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 10);
        await using var member = await run.JoinQueueAsync();
        var inHand = (await member.TakeAsync(1))[0];
        await run.Broker.PauseGroupAsync("billing", CancellationToken.None);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (member.Held, run.Broker.Queue.LeasedNow));
        Assert.Equal(9, run.Broker.Queue.OffsetsSettled(SettlementKind.Release).Count());

        inHand.Complete();
        await run.Broker.ResumeGroupAsync("billing", CancellationToken.None);
        Assert.Equal(9, (await member.TakeAsync(9)).Count);
    });

    [Fact]
    public void A_call_that_hangs_for_one_partition_does_not_hold_up_others() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 20);
        run.Broker.Queue.OnLease = request => request.Partition == run.Partition(0) ? new Fault { Before = new TaskCompletionSource().Task } : Fault.None;
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 4 });
        for (var i = 0; i < 10; i++)
        {
            var message = (await member.TakeAsync(CancellationToken.None))!.Value;
            Assert.Equal(1, message.Delivery.Partition.Number);
            message.Complete();
        }

        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(10, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
    });

    [Fact]
    public void Room_for_a_few_messages_gathers_and_what_made_it_is_told_with_the_lease_that_fills_it() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1_000);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 100 });
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        run.Broker.Queue.Leases.Clear();
        for (var i = 0; i < 600; i++)
        {
            (await member.TakeAsync(CancellationToken.None))!.Value.Complete();
        }

        await run.PassAsync(TimeSpan.FromMilliseconds(10));
        Assert.Empty(run.Broker.Queue.Settles);
        Assert.InRange(run.Broker.Queue.Leases.Count, 6, 24);
        Assert.All(run.Broker.Queue.Leases, static request => Assert.InRange(request.MaxMessages, 25, 100));
        await run.PassAsync(TimeSpan.FromMilliseconds(20));
        Assert.Equal(600, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
    });

    [Fact]
    public void What_is_settled_alone_is_told_within_20_ms_and_at_once_where_somebody_waits_for_it() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1_000);
        await using var member = await run.JoinQueueAsync(new() { MemberId = "m", Prefetch = 100 });
        var messages = await member.TakeAsync(2);
        messages[0].Complete();
        await run.PassAsync(TimeSpan.FromMilliseconds(18));
        Assert.Empty(run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));
        await run.PassAsync(TimeSpan.FromMilliseconds(3));
        Assert.Equal([0L], run.Broker.Queue.OffsetsSettled(SettlementKind.Complete));

        await member.SettleAsync(messages[1], new() { Kind = SettlementKind.Complete }, CancellationToken.None);
        Assert.Single(run.Broker.Queue.Settles);
    });
}
