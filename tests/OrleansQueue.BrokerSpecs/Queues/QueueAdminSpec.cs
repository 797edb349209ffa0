using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Queue groups beside stream groups: kinds, bad input, moves, deletion.</summary>
public abstract class QueueAdminSpec : QueueSpec
{
    [Fact]
    public async Task A_stream_and_a_queue_read_the_same_topic_each_for_itself()
    {
        await CreateQueueAsync();
        await PublishAsync("a", "b");
        await SettleAsync((await LeaseAsync()).Settle(SettlementKind.Complete));

        Assert.Equal([(0, "a"), (1, "b")], await ReadAllAsync(new Place(Topic.Id, new Partition(0))));
    }

    [Fact]
    public async Task A_group_of_the_other_kind_says_so()
    {
        var topic = await CreateTopicAsync(1);
        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(new GroupSettings(), topic.Name));

        Assert.Equal(
            new LeaseResult.OtherKind(GroupKind.Stream), await TryLeaseAsync(new LeaseRequest(Group, new TopicPartition(topic.Id, new Partition(0)), "worker")));
        Assert.Equal(
            new JoinResult.OtherKind(GroupKind.Stream),
            await TryJoinAsync(new JoinRequest(Group, "worker", [topic.Name]) { Create = new GroupSettings { Kind = GroupKind.Queue } }));
    }

    [Fact]
    public async Task What_is_not_there_is_answered_as_such()
    {
        await CreateQueueAsync();
        var nowhere = new TopicPartition(Topic.Id, new Partition(7));

        Assert.IsType<LeaseResult.UnknownPartition>(await TryLeaseAsync(new LeaseRequest(Group, nowhere, "worker")));
        Assert.IsType<LeaseResult.UnknownGroup>(await TryLeaseAsync(new LeaseRequest(NewName("nobody"), Partition, "worker")));
        Assert.IsType<SettleResult.UnknownGroup>(await Broker.SettleAsync(new SettleRequest(NewName("nobody"), Partition, []), default));
        Assert.Null(await Broker.DescribeQueueAsync(Group, nowhere, default));
        Assert.Null(await Broker.RedriveAsync(NewName("nobody"), Partition, null, default));
        Assert.Null(await Broker.PurgeDeadLettersAsync(Group, nowhere, null, default));
    }

    [Fact]
    public async Task A_bad_request_is_refused_with_field_value_and_limit()
    {
        await CreateQueueAsync();

        Assert.Equal(
            "lease max messages is 10001; allowed is 0 to 10000.",
            Assert.IsType<LeaseResult.Refused>(await TryLeaseAsync(new LeaseRequest(Group, Partition, "worker") { MaxMessages = 10_001 })).Reason.ToString());
        Assert.Equal(
            "lease", Assert.IsType<LeaseResult.Refused>(await TryLeaseAsync(new LeaseRequest(Group, Partition, "worker") { Duration = TimeSpan.FromMilliseconds(999) })).Reason.Field);
        var lease = new LeaseId(new Epoch(1), 1);
        Assert.Equal(
            "settlement offsets",
            Assert.IsType<SettleResult.Refused>(await Broker.SettleAsync(
                new SettleRequest(Group, Partition, [new Settlement(lease, new OffsetRange(new Offset(5), new Offset(5)), SettlementKind.Complete)]), default)).Reason.Field);
        Assert.Equal("max deliveries is 0; allowed is 1 to 1000.", await RefusedAsync(new() { MaxDeliveries = 0 }));
        Assert.Equal("park keys is true; allowed is only for groups that are ordered by key.", await RefusedAsync(new() { ParkKeys = true }));
        Assert.StartsWith("tenant header is ", await RefusedAsync(new() { TenantHeader = new string('x', 256) }), StringComparison.Ordinal);
        Assert.Equal("breaker failure ratio is 0; allowed is more than 0, at most 1.", await RefusedAsync(new() { Breaker = new() { FailureRatio = 0 } }));
        Assert.Equal("breaker least deliveries is 0; allowed is 1 to 10000.", await RefusedAsync(new() { Breaker = new() { LeastDeliveries = 0 } }));
        Assert.Equal("breaker window is 00:00:00; allowed is 00:00:01 to 00:10:00.", await RefusedAsync(new() { Breaker = new() { Window = TimeSpan.Zero } }));
        Assert.Equal("breaker pause is 00:00:00; allowed is 00:00:01 to 01:00:00.", await RefusedAsync(new() { Breaker = new() { Pause = TimeSpan.Zero } }));

        async Task<string> RefusedAsync(QueueSettings settings) => Assert.IsType<CreateGroupResult.Refused>(
            await Broker.CreateGroupAsync(NewName("group"), new GroupSettings { Kind = GroupKind.Queue, Queue = settings }, [Topic.Name], default)).Reason.ToString();
    }

    [Fact]
    public async Task A_group_that_is_moved_back_gets_everything_again_as_if_for_the_first_time()
    {
        await CreateQueueAsync();
        await PublishAsync("a", "b", "c");
        var lease = await LeaseAsync(2);
        await SettleAsync(lease.Settle(SettlementKind.Complete, 0));

        Assert.IsType<SeekResult.Done>(await Broker.SeekGroupAsync(Group, [At(Topic, 0, 0)], default).AsTask().WaitAsync(Patience));

        Assert.Equal([(0, "a", 1), (1, "b", 1), (2, "c", 1)], (await LeaseAsync()).Messages);
        Assert.Single(await SettleAsync(lease.Settle(SettlementKind.Complete, 1)));
    }

    [Fact]
    public async Task A_group_that_is_deleted_and_created_again_remembers_nothing()
    {
        await CreateQueueAsync();
        await PublishAsync("a");
        var lease = await LeaseAsync();
        Assert.True(await Broker.DeleteGroupAsync(Group, default).AsTask().WaitAsync(Patience));
        Assert.IsType<LeaseResult.UnknownGroup>(await TryLeaseAsync(new LeaseRequest(Group, Partition, "worker")));

        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(new GroupSettings { Kind = GroupKind.Queue }, Topic.Name));

        var again = await LeaseAsync();
        Assert.Equal([(0, "a", 1)], again.Messages);
        Assert.Single(await SettleAsync(lease.Settle(SettlementKind.Complete)));
        Assert.Empty(await SettleAsync(again.Settle(SettlementKind.Complete)));
    }

    [Fact]
    public async Task Positions_are_no_business_of_a_queue_group()
    {
        await CreateQueueAsync();
        var member = await JoinQueueAsync("worker");

        var result = await Broker.CommitAsync(
            new CommitRequest(Group, new Committer.Member(member.Who), [new Commit(At(Topic, 0, 0), Generation.None)]), default).AsTask().WaitAsync(Patience);

        Assert.Equal("group kind", Assert.IsType<CommitResult.Refused>(result).Reason.Field);
    }

    [Fact]
    public async Task A_member_that_waits_hears_that_the_group_is_gone()
    {
        await CreateQueueAsync();
        var member = await JoinQueueAsync("worker");
        var wait = Broker.WaitForMessagesAsync(new WaitRequest(Group, member.Who), default).AsTask();
        Assert.True(await Broker.DeleteGroupAsync(Group, default).AsTask().WaitAsync(Patience));

        var answer = await wait.WaitAsync(Patience);
        Assert.True(answer is WaitResult.UnknownGroup or WaitResult.Ready { Partitions.Count: 0 });
        Assert.IsType<WaitResult.UnknownGroup>(await Broker.WaitForMessagesAsync(new WaitRequest(Group, member.Who), default).AsTask().WaitAsync(Patience));
    }
}
