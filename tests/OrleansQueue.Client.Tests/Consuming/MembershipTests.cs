using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Consuming;

/// <summary>How a member lives with its group: assignments, hand-over, silence, and how it ends.</summary>
public sealed class MembershipTests
{
    private static readonly ConsumerOptions Named = new() { MemberId = "m1" };

    [Fact]
    public void A_partition_that_moves_is_drained_committed_and_released_at_once() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 2);
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();
        await deliveries.MoveNextAsync();
        var moved = deliveries.Current.Partition.Number;

        run.Broker.Group.Assign([(run.Broker.Topic("orders"), 1 - moved)]);
        await run.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(run.Broker.Group.Released);

        await deliveries.MoveNextAsync();
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(1 - moved, deliveries.Current.Partition.Number);
        Assert.Equal(moved, Assert.Single(run.Broker.Group.Released).Partition.Partition.Number);
        Assert.Equal(1, run.Broker.Group.OffsetOf(moved));
    });

    [Fact]
    public void A_message_that_is_not_finished_in_time_is_taken_away() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();
        await deliveries.MoveNextAsync();

        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(26));

        Assert.Single(run.Broker.Group.Released);
        await Assert.ThrowsAsync<PartitionLostException>(() => deliveries.Current.CompleteAsync().AsTask());
        Assert.Null(run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void What_was_finished_is_committed_also_where_the_time_to_drain_runs_out() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1, Named with { CommitInterval = TimeSpan.FromMinutes(5) });
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            await deliveries.MoveNextAsync();
        }

        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(26));

        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
        Assert.Single(run.Broker.Group.Released);
    });

    [Fact]
    public void What_was_finished_of_a_partition_that_moves_is_committed_also_where_the_consumer_stops_meanwhile() => Simulation.Run(async run =>
    {
        var consumer = await OpenAsync(run, 2, Named with { CommitInterval = TimeSpan.FromMinutes(5) });
        var partitions = (await consumer.TakeAsync(7)).Select(delivery => delivery.Partition.Number).ToList();
        var (moves, stays) = (partitions[^1], 1 - partitions[^1]);
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();
        await deliveries.MoveNextAsync();

        run.Broker.Group.Assign([(run.Broker.Topic("orders"), stays)]);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Null(run.Broker.Group.OffsetOf(moves));
        await consumer.DisposeAsync();

        Assert.Equal(partitions.SkipLast(1).Count(partition => partition == moves), run.Broker.Group.OffsetOf(moves));
        Assert.Equal(partitions.Count(partition => partition == stays), run.Broker.Group.OffsetOf(stays));
        Assert.Equal(1, run.Broker.Group.Leaves);
    });

    [Fact]
    public void A_partition_that_comes_back_before_it_was_released_goes_on_where_it_was() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();
        await deliveries.MoveNextAsync();
        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Assign([(run.Broker.Topic("orders"), 0)]);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        await deliveries.MoveNextAsync();

        Assert.Equal("1", deliveries.Current.Text());
        Assert.Empty(run.Broker.Group.Released);
    });

    [Fact]
    public void A_partition_that_was_moved_by_a_seek_begins_anew_and_commits_nothing_of_before() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await consumer.TakeAsync(3);
        await run.PassAsync(TimeSpan.FromSeconds(2));
        var topic = run.Broker.Topic("orders");
        run.Broker.Group.Committed[new(topic.Id, new(0))] = new Position(topic.Id, new(0), Offset.Zero, Epoch.None);

        run.Broker.Group.Assign([(topic, 0)], anew: true);
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(0, run.Broker.Group.OffsetOf(0));
        Assert.Equal("0", (await consumer.TakeAsync(1))[0].Text());
    });

    [Fact]
    public void A_group_that_is_paused_delivers_nothing_and_keeps_its_partitions() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await consumer.TakeAsync(1);
        run.Broker.Group.Pause(true);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        var next = consumer.TakeAsync(1);
        await run.PassAsync(TimeSpan.FromSeconds(20));
        Assert.False(next.IsCompleted);
        run.Broker.Group.Pause(false);

        Assert.Equal("0", (await next)[0].Text());
        Assert.Empty(run.Broker.Group.Released);
    });

    [Fact]
    public void A_member_that_was_expelled_joins_again_with_its_id() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await consumer.TakeAsync(2);
        run.Broker.Group.Expel();
        await run.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(["m1", "m1"], run.Broker.Group.Joins.Select(join => join.MemberId));
        Assert.Equal("0", (await consumer.TakeAsync(1))[0].Text());
    });

    [Fact]
    public void A_member_that_was_replaced_ends_and_does_not_come_back() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await consumer.TakeAsync(1);
        run.Broker.Group.Replace();
        await run.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("m1", (await Assert.ThrowsAsync<MemberReplacedException>(() => consumer.TakeAsync(10))).MemberId);
        Assert.Single(run.Broker.Group.Joins);
    });

    [Fact]
    public void A_group_that_was_deleted_ends_its_members() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        run.Broker.Group.Delete();
        await run.PassAsync(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<GroupDeletedException>(() => consumer.TakeAsync(10));
    });

    [Fact]
    public void Heartbeats_are_retried_through_an_outage_but_not_for_ever() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        var isOut = true;
        run.Broker.OnCall = _ =>
        {
            if (isOut)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };
        await run.PassAsync(TimeSpan.FromSeconds(20));
        isOut = false;
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Single(run.Broker.Group.Joins);
        Assert.Equal("0", (await consumer.TakeAsync(1))[0].Text());

        isOut = true;
        await run.PassAsync(TimeSpan.FromSeconds(40));
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => consumer.TakeAsync(10));
    });

    [Fact]
    public void A_heartbeat_that_hangs_does_not_hide_that_the_session_is_over() => Simulation.Run(async run =>
    {
        await using var consumer = await OpenAsync(run, 1);
        await consumer.TakeAsync(1);
        run.Broker.HoldHeartbeat = new TaskCompletionSource().Task;
        await run.PassAsync(TimeSpan.FromSeconds(35));

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => consumer.TakeAsync(10));
    });

    [Theory]
    [InlineData(OnGap.Continue)]
    [InlineData(OnGap.Pause)]
    public void A_gap_is_counted_in_a_commit_and_stops_the_partition_if_wished(OnGap onGap) => Simulation.Run(async run =>
    {
        var gaps = new List<ReaderGap>();
        run.Broker.OnFetch = request => request.From.Offset == Offset.Zero ? new FetchResult.Overtaken(request.From with { Offset = new(2) }) : null;
        await using var consumer = await OpenAsync(run, 1, Named with { OnGap = onGap, GapFound = gaps.Add });
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
        Assert.Equal(1, run.Broker.Group.Commits.Sum(request => request.Commits.Sum(commit => commit.Gaps)));
        Assert.Single(gaps);
        Assert.Equal(onGap == OnGap.Pause ? 1 : 0, run.Broker.Group.Stops.Count);
        run.Broker.Group.Pause(false);
        Assert.Equal("2", (await consumer.TakeAsync(1))[0].Text());
    });

    [Fact]
    public void A_topic_that_is_gone_does_not_disturb_the_others() => Simulation.Run(async run =>
    {
        var old = run.Broker.CreateTopic("old", 1);
        run.Broker.OnFetch = request => request.From.Topic == old.Id ? new FetchResult.UnknownPartition() : null;
        await PublishAsync(run, 1);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", ["old", "orders"], Named);

        Assert.Equal(5, (await consumer.TakeAsync(5)).Count);

        run.Broker.Delete("old");
        run.Broker.Group.Expel();
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["orders"], run.Broker.Group.Joins[^1].Topics);
    });

    [Fact]
    public void What_makes_a_join_useless_is_thrown_by_its_name() => Simulation.Run(async run =>
    {
        await Assert.ThrowsAsync<UnknownTopicException>(() => run.Client.OpenConsumerAsync("billing", "orders"));
        await Assert.ThrowsAsync<ArgumentException>(() => run.Client.OpenConsumerAsync("", "orders"));
        await Assert.ThrowsAsync<ArgumentException>(() => run.Client.OpenConsumerAsync("billing", []));
        run.Broker.CreateTopic("orders", 1);
        run.Broker.Group.Kind = GroupKind.Queue;
        Assert.Equal(GroupKind.Queue, (await Assert.ThrowsAsync<GroupKindException>(() => run.Client.OpenConsumerAsync("billing", "orders"))).Kind);
    });

    private static async Task<TopicConsumer> OpenAsync(Simulation run, int partitions, ConsumerOptions? options = null)
    {
        await PublishAsync(run, partitions);
        var consumer = await run.Client.OpenConsumerAsync("billing", "orders", options ?? Named);
        await run.PassAsync(TimeSpan.FromMilliseconds(50));
        return consumer;
    }

    private static async Task PublishAsync(Simulation run, int partitions)
    {
        run.Broker.CreateTopic("orders", partitions);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        for (var i = 0; i < 5 * partitions; i++)
        {
            await producer.Publish($"{i / partitions}", new PublishOptions { Partition = new(i % partitions) });
        }
    }
}
