using System.Diagnostics;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A queue group that fails at most of what it does is paused, and goes on when one message succeeds.</summary>
public abstract class QueueBreakerSpec : QueueSpec
{
    private const int Messages = 60;

    private static readonly BreakerSettings Breaker = new() { Window = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromSeconds(2) };

    private static readonly QueueSettings Settings = new() { MaxDeliveries = 1, Backoff = TimeSpan.Zero, Breaker = Breaker };

    [Fact]
    public async Task Failures_pause_the_group_so_that_no_more_messages_are_used_up_and_one_that_succeeds_lets_it_go_on()
    {
        await CreateQueueAsync(Settings);
        await PublishAsync([.. Enumerable.Range(0, Messages).Select(i => $"{i}")]);
        var member = await JoinQueueAsync("worker");
        var paused = await FailAsync(20);
        Assert.False((await FindGroupAsync()).IsPaused);

        // Nobody who asks is given anything, however often, and nobody is told of messages.
        while (Stopwatch.GetElapsedTime(paused) < Breaker.Pause / 2)
        {
            Assert.Empty((await LeaseAsync()).Messages);
        }

        var probe = await LeaseWhenThereAsync(member);

        AssertWaited(paused, Breaker.Pause);
        Assert.Equal("20", probe.Values);
        Assert.Empty((await LeaseAsync(owner: "other")).Messages);
        Assert.Empty(await SettleAsync(probe.Settle(SettlementKind.Complete)));
        var rest = await LeaseWhenThereAsync(member);
        Assert.Equal(Messages - 21, rest.Messages.Count);
        Assert.Empty(await SettleAsync(rest.Settle(SettlementKind.Complete)));
        Assert.Equal(20, (await FindDeadAsync(20)).Count);
        Assert.Null((await FindGroupAsync()).PausedUntil);
    }

    [Fact]
    public async Task A_probe_that_fails_pauses_the_group_again()
    {
        await CreateQueueAsync(Settings);
        await PublishAsync([.. Enumerable.Range(0, Messages).Select(i => $"{i}")]);
        var member = await JoinQueueAsync("worker");
        await FailAsync(20);
        var probe = await LeaseWhenThereAsync(member);
        var failed = Stopwatch.GetTimestamp();
        Assert.Empty(await SettleAsync(probe.Settle(SettlementKind.Abandon)));

        var next = await LeaseWhenThereAsync(member);

        AssertWaited(failed, Breaker.Pause);
        Assert.Equal(("20", "21"), (probe.Values, next.Values));
        Assert.Equal(21, (await FindDeadAsync(21)).Count);
    }

    [Fact]
    public async Task Resume_ends_a_pause_that_members_wait_in()
    {
        await CreateQueueAsync(Settings with { Breaker = Breaker with { Pause = TimeSpan.FromHours(1) } });
        await PublishAsync([.. Enumerable.Range(0, Messages).Select(i => $"{i}")]);
        var member = await JoinQueueAsync("worker");
        await FailAsync(20);
        var waiting = LeaseWhenThereAsync(member);
        Assert.False(waiting.IsCompleted);

        Assert.True(await Broker.ResumeGroupAsync(Group, default).AsTask().WaitAsync(Patience));

        Assert.Equal(Messages - 20, (await waiting).Messages.Count);
        Assert.Null((await FindGroupAsync()).PausedUntil);
    }

    [Fact]
    public async Task A_group_without_a_breaker_never_pauses_for_its_failures()
    {
        await CreateQueueAsync(Settings with { Breaker = null });
        await PublishAsync([.. Enumerable.Range(0, Messages).Select(i => $"{i}")]);
        Assert.Empty(await SettleAsync((await LeaseAsync(40)).Settle(SettlementKind.Abandon)));
        Assert.Equal(40, (await FindDeadAsync(40)).Count);

        Assert.Equal(Messages - 40, (await LeaseAsync()).Messages.Count);
    }

    [Fact]
    public async Task One_message_of_all_partitions_is_tried()
    {
        await CreateQueueAsync(Settings, partitions: 4);
        await FillAsync(Topic, 30);
        var member = await JoinQueueAsync("worker");
        TopicPartition[] partitions = [.. Enumerable.Range(0, 4).Select(number => new TopicPartition(Topic.Id, new Partition(number)))];
        foreach (var partition in partitions)
        {
            var some = await LeaseFromAsync(partition, 5);
            Assert.IsType<SettleResult.Settled>(await Broker.SettleAsync(new SettleRequest(Group, partition, [some.Settle(SettlementKind.Abandon)]), default).AsTask().WaitAsync(Patience));
        }

        await PausedAsync();

        // After the pause one message is leased, whoever asks where.
        var probe = await FirstAsync(partitions, member);
        foreach (var partition in partitions)
        {
            Assert.Empty((await LeaseFromAsync(partition, 500)).Messages);
        }

        Assert.IsType<SettleResult.Settled>(
            await Broker.SettleAsync(new SettleRequest(Group, probe.Partition, [probe.Lease.Settle(SettlementKind.Complete)]), default).AsTask().WaitAsync(Patience));
        var left = 0;
        while (left < 99)
        {
            foreach (var partition in partitions)
            {
                left += (await LeaseFromAsync(partition, 500)).Messages.Count;
            }
        }

        Assert.Equal(99, left);
    }

    /// <summary>Fails so many messages, and waits until the group is paused for it; answers when it surely was not yet.</summary>
    private async Task<long> FailAsync(int messages)
    {
        var lease = await LeaseAsync(messages);
        Assert.Equal(messages, lease.Messages.Count);
        var failed = Stopwatch.GetTimestamp();
        Assert.Empty(await SettleAsync(lease.Settle(SettlementKind.Abandon)));
        await PausedAsync();

        // What the group says may be on its way to the cursor still. What is released counts as nothing.
        while (await LeaseAsync(1) is { Messages.Count: not 0 } late)
        {
            Assert.Empty(await SettleAsync(late.Settle(SettlementKind.Release)));
        }

        return failed;
    }

    private async Task PausedAsync()
    {
        while ((await FindGroupAsync()).PausedUntil is null)
        {
            await Task.Yield();
        }
    }

    private async Task<LeasedMessages> LeaseFromAsync(TopicPartition partition, int messages) =>
        new(Assert.IsType<LeaseResult.Leased>(await TryLeaseAsync(new LeaseRequest(Group, partition, "worker") { MaxMessages = messages })));

    /// <summary>The first messages that the member is told of and gets, which is one.</summary>
    private async Task<(TopicPartition Partition, LeasedMessages Lease)> FirstAsync(TopicPartition[] partitions, Membership member)
    {
        while (true)
        {
            foreach (var ready in (await WaitAsync(member)).Partitions)
            {
                Assert.Contains(ready.Partition, partitions);
                if (await LeaseFromAsync(ready.Partition, 500) is { Messages.Count: not 0 } lease)
                {
                    Assert.Single(lease.Messages);
                    return (ready.Partition, lease);
                }
            }
        }
    }
}
