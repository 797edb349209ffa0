using System.Diagnostics;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>What RabbitMQ, SQS and Bull say of themselves, as this broker's queue groups keep it. Each test has the name of who says it.</summary>
public abstract class WorkQueueSpec : QueueSpec
{
    [Fact]
    public async Task RabbitMQ_a_message_that_was_acknowledged_is_gone_and_one_that_was_not_is_held_for_nobody_else()
    {
        await CreateQueueAsync();
        await PublishAsync("a", "b");
        var lease = await LeaseAsync();
        Assert.Empty((await LeaseAsync(owner: "other")).Messages);

        Assert.Empty(await SettleAsync(lease.Settle(SettlementKind.Complete, 0)));

        Assert.Equal(new Offset(1), (await DescribeQueueAsync()).Finished);
        Assert.Equal(1, (await DescribeQueueAsync()).Leased);
    }

    [Fact]
    public async Task RabbitMQ_a_nacked_message_is_requeued()
    {
        await CreateQueueAsync();
        await PublishAsync("a");
        await SettleAsync((await LeaseAsync()).Settle(SettlementKind.Abandon) with { Time = TimeSpan.Zero });

        Assert.Equal([(0, "a", 2)], (await LeaseAsync()).Messages);
    }

    [Fact]
    public async Task RabbitMQ_what_a_consumer_held_that_died_is_requeued()
    {
        await CreateQueueAsync(Quick);
        await PublishAsync("a", "b");
        await LeaseAsync(owner: "dead");
        var member = await JoinQueueAsync("alive");

        Assert.Equal("a b", (await LeaseWhenThereAsync(member)).Values);
    }

    [Fact]
    public async Task RabbitMQ_with_a_prefetch_of_1_every_idle_consumer_gets_a_message()
    {
        await CreateQueueAsync();
        var first = await JoinQueueAsync("first");
        var second = await JoinQueueAsync("second");
        Task<LeasedMessages>[] waits = [LeaseWhenThereAsync(first, 1), LeaseWhenThereAsync(second, 1)];
        await PublishAsync("a", "b", "c");

        var leases = await Task.WhenAll(waits);

        Assert.Equal(["a", "b"], leases.Select(lease => lease.Values).Order());
        Assert.Equal("c", (await LeaseWhenThereAsync(first, 1)).Values);
    }

    [Fact]
    public async Task RabbitMQ_a_rejected_message_goes_to_the_dead_letters()
    {
        await CreateQueueAsync();
        await PublishAsync("a", "b");
        await SettleAsync((await LeaseAsync()).Settle(SettlementKind.DeadLetter, 1) with { Reason = "no such customer" });

        Assert.Equal([(0, "b")], await FindDeadAsync(1));
    }

    [Fact]
    public async Task SQS_a_message_is_invisible_for_its_visibility_timeout_and_then_there_again()
    {
        await CreateQueueAsync(new QueueSettings { Backoff = TimeSpan.Zero });
        await PublishAsync("a");
        var member = await JoinQueueAsync("worker");
        var began = Stopwatch.GetTimestamp();
        await LeaseAsync(duration: TimeSpan.FromSeconds(1));

        Assert.Equal([(0, "a", 2)], (await LeaseWhenThereAsync(member)).Messages);
        AssertWaited(began, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task SQS_the_visibility_timeout_can_be_extended()
    {
        await CreateQueueAsync(new QueueSettings { Backoff = TimeSpan.Zero });
        await PublishAsync("a");
        var member = await JoinQueueAsync("worker");
        var lease = await LeaseAsync(duration: TimeSpan.FromSeconds(1));
        var renewed = Stopwatch.GetTimestamp();
        Assert.Empty(await SettleAsync(lease.Settle(SettlementKind.Renew) with { Time = TimeSpan.FromSeconds(3) }));

        var again = await LeaseWhenThereAsync(member);

        AssertWaited(renewed, TimeSpan.FromSeconds(3));
        Assert.Single(await SettleAsync(lease.Settle(SettlementKind.Complete)));
        Assert.Empty(await SettleAsync(again.Settle(SettlementKind.Complete)));
    }

    [Fact]
    public async Task SQS_the_receive_count_rises_with_each_receive()
    {
        await CreateQueueAsync(Quick);
        await PublishAsync("a");
        for (var count = 1; count <= 4; count++)
        {
            var lease = await LeaseAsync();
            Assert.Equal([(0, "a", count)], lease.Messages);
            await SettleAsync(lease.Settle(SettlementKind.Abandon));
        }
    }

    [Fact]
    public async Task A_parked_key_goes_on_behind_its_dead_letter_once_that_is_redriven()
    {
        await CreateQueueAsync(Quick with { OrderedByKey = true, ParkKeys = true });
        var member = await JoinQueueAsync("worker");
        await PublishAsync("a=a1", "a=a2", "b=b1");
        var first = await LeaseWhenThereAsync(member, 1);
        await SettleAsync(first.Settle(SettlementKind.DeadLetter));
        await FindDeadAsync(1);
        Assert.Equal("b1", (await LeaseWhenThereAsync(member)).Values);
        Assert.Equal(1, (await DescribeQueueAsync()).ParkedKeys);

        Assert.Equal(1, await Broker.RedriveAsync(Group, Partition, null, default));
        var redriven = await LeaseWhenThereAsync(member);
        Assert.Equal("a1", redriven.Values);
        await SettleAsync(redriven.Settle(SettlementKind.Complete));
        Assert.Equal("a2", (await LeaseWhenThereAsync(member, 1)).Values);
        Assert.Equal(0, (await DescribeQueueAsync()).ParkedKeys);
    }

    [Fact]
    public async Task SQS_fair_queues_a_tenant_with_a_backlog_does_not_keep_others_waiting()
    {
        await CreateQueueAsync(Quick with { TenantHeader = "oq-tenant" });
        var member = await JoinQueueAsync("worker");
        await PublishAsync("noisy", [.. Enumerable.Range(0, 400).Select(static number => $"noisy-{number}")]);
        await PublishAsync("quiet", [.. Enumerable.Range(0, 20).Select(static number => $"quiet-{number}")]);

        var values = (await LeaseWhenThereAsync(member, 40)).Messages.ConvertAll(static message => message.Value);
        Assert.Equal([.. Enumerable.Range(0, 20).Select(static number => $"noisy-{number}"), .. Enumerable.Range(0, 20).Select(static number => $"quiet-{number}")], values);
    }

    [Fact]
    public async Task SQS_a_message_that_was_received_as_often_as_allowed_moves_to_the_dead_letter_queue_and_can_be_redriven()
    {
        await CreateQueueAsync(Quick with { MaxDeliveries = 3 });
        await PublishAsync("a", "b");
        for (var count = 1; count <= 3; count++)
        {
            await SettleAsync((await LeaseAsync(1)).Settle(SettlementKind.Abandon));
        }

        Assert.Equal([(0, "a")], await FindDeadAsync(1));
        Assert.Equal("b", (await LeaseAsync()).Values);
        var member = await JoinQueueAsync("worker");
        Assert.Equal(1, await Broker.RedriveAsync(Group, Partition, null, default));
        var redriven = await LeaseWhenThereAsync(member);
        Assert.Equal([(0, "a", 1)], redriven.Messages);
        Assert.Empty(await SettleAsync(redriven.Settle(SettlementKind.Complete)));
        Assert.Empty(await FindDeadAsync(0));
    }

    [Fact]
    public async Task Bull_3_attempts_with_exponential_backoff()
    {
        var backoff = TimeSpan.FromMilliseconds(500);
        await CreateQueueAsync(new QueueSettings { MaxDeliveries = 3, Backoff = backoff });
        await PublishAsync("a");
        var member = await JoinQueueAsync("worker");
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = await LeaseWhenThereAsync(member);
            Assert.Equal([(0, "a", attempt)], lease.Messages);
            var failed = Stopwatch.GetTimestamp();
            await SettleAsync(lease.Settle(SettlementKind.Abandon));
            if (attempt < 3)
            {
                Assert.Equal(1, (await DescribeQueueAsync()).Delayed);
                Assert.Empty((await LeaseAsync()).Messages);
                while ((await WaitAsync(member)).Partitions.Count == 0)
                {
                }

                // The wait is as long as the policy says, give or take a fifth.
                AssertWaited(failed, backoff * Math.Pow(2, attempt - 1) * 0.8);
            }
        }

        Assert.Equal([(0, "a")], await FindDeadAsync(1));
    }

    [Fact]
    public async Task Bull_a_job_that_stalled_is_done_by_another_worker_and_the_first_cannot_settle_it()
    {
        await CreateQueueAsync(Quick);
        await PublishAsync("a");
        var stalled = await LeaseAsync(owner: "stalled");
        var member = await JoinQueueAsync("other");

        var again = await LeaseWhenThereAsync(member);

        Assert.Equal([(0, "a", 2)], again.Messages);
        Assert.Equal(new SettleRefusal(stalled.Answer.Lease, new OffsetRange(new Offset(0), new Offset(1))), Assert.Single(await SettleAsync(stalled.Settle(SettlementKind.Complete))));
        Assert.Empty(await SettleAsync(again.Settle(SettlementKind.Complete)));
    }

    [Fact]
    public async Task Bull_a_concurrency_of_5_holds_5_jobs_at_a_time()
    {
        await CreateQueueAsync();
        await PublishAsync([.. Enumerable.Range(0, 12).Select(i => $"{i}")]);

        var held = await LeaseAsync(5);
        Assert.Equal("0 1 2 3 4", held.Values);
        await SettleAsync(held.Settle(SettlementKind.Complete, 2));

        Assert.Equal("5", (await LeaseAsync(1)).Values);
        Assert.Equal(5, (await DescribeQueueAsync()).Leased);
    }

    [Fact]
    public async Task JMS_consumers_compete_and_messages_of_one_key_keep_their_order()
    {
        await CreateQueueAsync(new QueueSettings { OrderedByKey = true });
        await PublishAsync("a=a1", "a=a2", "b=b1");

        var first = await LeaseAsync(owner: "first");
        Assert.Equal("a1 b1", first.Values);
        Assert.Empty((await LeaseAsync(owner: "second")).Messages);
        await SettleAsync(first.Settle(SettlementKind.Complete, 0));
        Assert.Equal("a2", (await LeaseAsync(owner: "second")).Values);
    }
}
