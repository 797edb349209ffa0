using OrleansQueue.Broker;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>What queue groups need of a partition, whatever its age.</summary>
public sealed class QueueHoldTests
{
    private static readonly TopicPartition Partition = new(new TopicId(new Guid(1, 0, 0, new byte[8])), new Partition(0));

    [Fact]
    public async Task The_group_that_needs_the_earliest_record_holds_the_partition()
    {
        var readers = new Readers();
        for (var i = 0; i < 2_500; i++)
        {
            readers.Groups.Add(($"group{i:D4}", GroupKind.Queue), new Offset(10_000 - i));
        }

        readers.Groups.Add(("last", GroupKind.Queue), new Offset(9_000));
        Assert.Equal(new RetentionHold("group2499", new Offset(7_501)), await new QueueHolds(readers).FindAsync(Partition, default));
    }

    [Fact]
    public async Task Stream_groups_and_those_that_do_not_read_the_partition_hold_nothing()
    {
        var readers = new Readers();
        Assert.Null(await new QueueHolds(readers).FindAsync(Partition, default));
        readers.Groups.Add(("elsewhere", GroupKind.Queue), null);
        readers.Groups.Add(("stream", GroupKind.Stream), new Offset(1));
        Assert.Null(await new QueueHolds(readers).FindAsync(Partition, default));

        readers.Groups.Add(("here", GroupKind.Queue), new Offset(5));
        Assert.Equal(new RetentionHold("here", new Offset(5)), await new QueueHolds(readers).FindAsync(Partition, default));
    }

    [Fact]
    public async Task A_group_that_does_not_answer_is_not_passed_over()
    {
        var readers = new Readers { Silent = "b" };
        readers.Groups.Add(("a", GroupKind.Queue), new Offset(1));
        readers.Groups.Add(("b", GroupKind.Queue), new Offset(2));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => new QueueHolds(readers).FindAsync(Partition, default).AsTask());
    }

    [Fact]
    public Task A_cursor_needs_what_it_has_not_finished() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b", "c", "d");
        Assert.Equal(new Offset(0), await bench.Queue.FindNeededAsync());

        var lease = await bench.LeaseAsync(3);
        await lease.SettleAsync(SettlementKind.Complete, 0);
        await lease.SettleAsync(SettlementKind.Complete, 2);
        Assert.Equal(new Offset(1), await bench.Queue.FindNeededAsync());
        await lease.SettleAsync(SettlementKind.Abandon, 1);
        Assert.Equal(new Offset(1), await bench.Queue.FindNeededAsync());
        bench.Restart();
        Assert.Equal(new Offset(1), await bench.Queue.FindNeededAsync());

        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await (await bench.LeaseAsync(1)).SettleAsync(SettlementKind.Complete, 1);
        Assert.Equal(new Offset(3), await bench.Queue.FindNeededAsync());
    });

    [Fact]
    public Task A_message_is_needed_until_its_dead_letter_is_kept() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        bench.OnDead = static _ => throw new BrokerUnavailableException("silent");
        await (await bench.LeaseAsync(1)).SettleAsync(SettlementKind.DeadLetter, 0);
        Assert.Equal(new Offset(0), await bench.Queue.FindNeededAsync());

        bench.OnDead = static result => result;
        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        await bench.DescribeAsync();
        while ((await bench.ReadDeadAsync()).Open == 0)
        {
            await Task.Yield();
        }

        Assert.Equal(new Offset(1), await bench.Queue.FindNeededAsync());
    });

    [Fact]
    public Task What_is_not_kept_is_not_told_as_finished() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a");
        var lease = await bench.LeaseAsync();
        bench.Store.Gated = true;
        var settling = bench.SettleAsync(lease.Settlement(SettlementKind.Complete));
        var asking = bench.Queue.FindNeededAsync().AsTask();
        Assert.False(asking.IsCompleted);

        bench.Store.Answer(StoreOutcome.NoSpace);

        await Assert.ThrowsAsync<IOException>(() => settling);
        await Assert.ThrowsAsync<IOException>(() => asking);
    });

    [Fact]
    public Task An_owner_that_was_replaced_does_not_say_what_is_finished() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a");
        await (await bench.LeaseAsync()).SettleAsync(SettlementKind.Complete, 0);
        var old = bench.Queue;
        bench.Restart();
        await bench.Queue.SeekAsync(new Position(bench.Partition.Topic, bench.Partition.Partition, Offset.Zero, Epoch.None), default);

        await Assert.ThrowsAsync<IOException>(() => old.FindNeededAsync().AsTask());
        Assert.Equal(new Offset(0), await bench.Queue.FindNeededAsync());
    });

    /// <summary>Groups as a test plays them: each with what it needs, or null where it does not read the partition.</summary>
    private sealed class Readers : IQueueReaders
    {
        public SortedDictionary<(string Name, GroupKind Kind), Offset?> Groups { get; } = [];

        public string? Silent { get; init; }

        public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken)
        {
            var rest = Groups.Keys.Where(group => string.CompareOrdinal(group.Name, after) > 0).Select(group => new GroupSummary(group.Name, group.Kind)).ToList();
            return new(new GroupPage([.. rest.Take(limit)], rest.Count > limit ? rest[limit - 1].Name : null));
        }

        public ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken)
        {
            Assert.Equal(Partition, partition);
            return new(Groups[(group, GroupKind.Queue)] is null
                ? new QueueLookup.UnknownPartition()
                : new QueueLookup.Found(new QueueAssignment("orders", 1, Durability.Fsync, new Epoch(1), new Position(partition.Topic, partition.Partition, Offset.Zero, Epoch.None), new QueueSettings(), false)));
        }

        public ValueTask<Offset?> FindNeededAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
            group == Silent ? throw new BrokerUnavailableException("silent") : new(Groups[(group, GroupKind.Queue)]);
    }
}
