using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Consuming;

/// <summary>What an enumerator of a group delivers, and what it keeps as processed.</summary>
public sealed class ConsumerTests
{
    [Fact]
    public void To_ask_for_the_next_commits_the_one_before() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 5);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");

        Assert.Equal(["0", "1", "2"], (await consumer.TakeAsync(3)).Select(delivery => delivery.Text()));

        await run.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void A_loop_that_was_left_gets_its_message_again() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 5);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");

        Assert.Equal("1", (await consumer.TakeAsync(2))[^1].Text());

        Assert.Equal(["1", "2"], (await consumer.TakeAsync(2)).Select(delivery => delivery.Text()));
    });

    [Fact]
    public void An_exception_in_the_loop_does_not_commit_and_dispose_commits_what_was_processed() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 5);
        var consumer = await run.Client.OpenConsumerAsync("billing", "orders");

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var delivery in consumer.ReadAsync())
            {
                _ = delivery.Text() == "3" ? throw new InvalidDataException() : 0;
            }
        });
        await consumer.DisposeAsync();

        Assert.Equal(3, run.Broker.Group.OffsetOf(0));
        Assert.Equal(1, run.Broker.Group.Leaves);
        Assert.Empty(await consumer.TakeAsync(1));
    });

    [Fact]
    public void Complete_is_kept_when_it_returns() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 5);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");
        await foreach (var delivery in consumer.ReadAsync())
        {
            await delivery.CompleteAsync();
            break;
        }

        Assert.Equal(1, run.Broker.Group.OffsetOf(0));
        Assert.Equal("1", (await consumer.TakeAsync(1))[0].Text());
    });

    [Fact]
    public void Complete_waits_through_an_outage() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 1);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders");
        var failures = 5;
        run.Broker.OnCall = verb =>
        {
            if (verb == "commit" && failures-- > 0)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };

        await (await consumer.TakeAsync(1))[0].CompleteAsync();

        Assert.Equal(1, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void At_most_once_commits_before_the_message_is_handed_out() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 3);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders", new ConsumerOptions { Delivery = DeliveryMode.AtMostOnce });
        var seen = new List<(string?, long?)>();
        await foreach (var delivery in consumer.ReadAsync())
        {
            seen.Add((delivery.Text(), run.Broker.Group.OffsetOf(0)));
            if (seen.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([("0", 1L), ("1", 2L)], seen);
        Assert.Equal("2", (await consumer.TakeAsync(1))[0].Text());
    });

    [Fact]
    public void At_most_once_waits_where_the_partition_is_refused_until_it_is_assigned_anew() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 3);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders", new ConsumerOptions { Delivery = DeliveryMode.AtMostOnce });
        await run.PassAsync(TimeSpan.FromMilliseconds(50));
        run.Broker.Group.OnHeartbeat = static () => new HeartbeatResult.Unchanged();
        run.Broker.Group.Assign([(run.Broker.Topic("orders"), 0)], anew: true);

        var next = consumer.TakeAsync(1);
        await run.PassAsync(TimeSpan.FromSeconds(2));
        Assert.False(next.IsCompleted);
        Assert.Single(run.Broker.Group.Commits);
        run.Broker.Group.OnHeartbeat = static () => null;

        Assert.Equal("0", (await next)[0].Text());
        Assert.Equal(1, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void At_most_once_lets_go_of_a_message_whose_commit_was_cancelled() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 3);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders", new ConsumerOptions { Delivery = DeliveryMode.AtMostOnce });
        run.Broker.OnCall = static verb => _ = verb == "commit" ? throw new BrokerUnavailableException("Nobody there.") : 0;
        using var cancelled = new CancellationTokenSource();
        await using var deliveries = consumer.ReadAsync(cancelled.Token).GetAsyncEnumerator();
        var next = deliveries.MoveNextAsync();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.AsTask());
        run.Broker.OnCall = static _ => { };

        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Single(run.Broker.Group.Released);
    });

    [Fact]
    public void Partitions_take_turns_and_keep_their_order() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 4, 400);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders", new ConsumerOptions { MaxBytes = 1 });

        var taken = await consumer.TakeAsync(400);

        Assert.Equal(4, taken.Take(200).Select(delivery => delivery.Partition).Distinct().Count());
        Assert.All(taken.GroupBy(delivery => delivery.Partition), own => Assert.Equal(own.Select(each => each.Offset).Order(), own.Select(each => each.Offset)));
    });

    [Fact]
    public void Batches_are_processed_when_the_next_is_asked_for() => Simulation.Run(async run =>
    {
        await PublishAsync(run, 1, 6);
        await using var consumer = await run.Client.OpenConsumerAsync("billing", "orders", new ConsumerOptions { MaxBytes = 1 });
        var ends = new List<long>();
        await foreach (var records in consumer.ReadBatchesAsync())
        {
            ends.Add(records.Next.Offset.Value);
            if (ends.Count == 2)
            {
                break;
            }
        }

        await run.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(ends[0], run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void A_value_that_cannot_be_read_throws_when_it_is_asked_for_and_the_loop_goes_on() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("nonsense");
        await producer.Publish("[1,2]");
        await using var consumer = await run.Client.OpenConsumerAsync<int[]>("billing", ["orders"]);
        await using var deliveries = consumer.ReadAsync().GetAsyncEnumerator();

        await deliveries.MoveNextAsync();
        Assert.Throws<MessageFormatException>(() => deliveries.Current.Value);
        await deliveries.MoveNextAsync();
        Assert.Equal([1, 2], deliveries.Current.Value);
    });

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Equal("member id", new ConsumerOptions { MemberId = "" }.Check()?.Field);
        Assert.Equal("consumer start", new ConsumerOptions { Start = StartAt.Offset(Offset.Zero) }.Check()?.Field);
        Assert.Equal("session timeout", new ConsumerOptions { SessionTimeout = TimeSpan.Zero }.Check()?.Field);
        Assert.Equal("heartbeat interval", new ConsumerOptions { HeartbeatInterval = TimeSpan.FromSeconds(11) }.Check()?.Field);
        Assert.Equal("commit interval", new ConsumerOptions { CommitInterval = TimeSpan.Zero }.Check()?.Field);
        Assert.Equal("on gap", new ConsumerOptions { OnGap = OnGap.Stop }.Check()?.Field);
        Assert.Equal("on gap", new ReaderOptions { OnGap = OnGap.Pause }.Check()?.Field);
        Assert.Null(new ConsumerOptions().Check());
    }

    /// <summary>Publishes numbers from 0 on, each in a batch of its own.</summary>
    private static async Task PublishAsync(Simulation run, int partitions, int count)
    {
        run.Broker.CreateTopic("orders", partitions);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        for (var i = 0; i < count; i++)
        {
            await producer.Publish($"{i}", new PublishOptions { Partition = new(i % partitions) });
        }
    }
}
