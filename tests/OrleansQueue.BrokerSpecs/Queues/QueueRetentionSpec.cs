using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Retention leaves what a queue group has not finished. Only for brokers whose clock the test moves, as <see cref="RetentionSpec"/> is.</summary>
public abstract class QueueRetentionSpec : QueueSpec
{
    private static readonly TimeSpan PastRetention = TimeSpan.FromDays(8);
    private static readonly TimeSpan AskedAgain = TimeSpan.FromMinutes(1);

    /// <summary>Moves the broker's clock, the timers that fall due on the way included.</summary>
    protected abstract void Advance(TimeSpan by);

    [Fact]
    public async Task Messages_stay_past_their_retention_until_the_group_has_finished_them()
    {
        await CreateQueueAsync();
        await PublishAsync("a", "b");
        var lease = await LeaseAsync();
        Assert.Empty(await SettleAsync(lease.Settle(SettlementKind.Complete, 0), lease.Settle(SettlementKind.Release, 1)));
        Advance(PastRetention);
        Assert.Equal(["a", "b"], await ReadValuesAsync());

        Assert.Empty(await SettleAsync((await LeaseAsync()).Settle(SettlementKind.Complete)));
        Advance(AskedAgain);

        Assert.IsType<FetchResult.Overtaken>(await FetchTopicAsync());
        Assert.Equal(new Offset(2), (await DescribeQueueAsync()).Finished);
    }

    [Fact]
    public async Task Messages_stay_for_a_group_that_nobody_has_read_with_yet()
    {
        await CreateQueueAsync();
        await PublishAsync("a");
        Advance(PastRetention);
        Advance(PastRetention);

        Assert.Equal("a", (await LeaseAsync()).Values);
    }

    [Fact]
    public async Task Of_several_groups_the_last_to_finish_counts()
    {
        await CreateQueueAsync();
        var other = Group + "-other";
        Assert.IsType<CreateGroupResult.Created>(await Broker.CreateGroupAsync(other, new GroupSettings { Kind = GroupKind.Queue }, [Topic.Name], default).AsTask().WaitAsync(Patience));
        await PublishAsync("a");
        Assert.Empty(await SettleAsync((await LeaseAsync()).Settle(SettlementKind.Complete)));
        Advance(PastRetention);
        Assert.Equal(["a"], await ReadValuesAsync());

        Assert.True(await Broker.DeleteGroupAsync(other, default).AsTask().WaitAsync(Patience));
        Advance(AskedAgain);

        Assert.IsType<FetchResult.Overtaken>(await FetchTopicAsync());
    }

    [Fact]
    public async Task What_stream_groups_have_not_read_goes_all_the_same()
    {
        var topic = await CreateTopicAsync();
        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(new GroupSettings(), topic.Name));
        await FillAsync(topic, 1);
        Advance(PastRetention);

        Assert.IsType<FetchResult.Overtaken>(await FetchAsync(new Place(topic.Id, new Partition(0)).From(0)));
    }

    private Task<FetchResult> FetchTopicAsync() => FetchAsync(new Place(Topic.Id, new Partition(0)).From(0));

    private async Task<IEnumerable<string>> ReadValuesAsync() =>
        Batch.Selected(Assert.IsType<FetchResult.Fetched>(await FetchTopicAsync())).Select(record => record.Value);
}
