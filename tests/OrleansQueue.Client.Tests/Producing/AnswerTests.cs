using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>What becomes of a message for each answer that a broker can give.</summary>
public sealed class AnswerTests
{
    [Fact]
    public void Throttled_and_no_space_are_waited_for_as_long_as_they_say() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var times = new List<DateTimeOffset>();
        run.Broker.OnProduce = call =>
        {
            times.Add(run.Clock.GetUtcNow());
            return call.Number switch
            {
                0 => Fault.Answer(new ProduceResult.Throttled(TimeSpan.FromSeconds(3))),
                1 => Fault.Answer(new ProduceResult.NoSpace(TimeSpan.FromSeconds(7))),
                _ => Fault.None,
            };
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var receipt = await producer.Publish("x");

        Assert.Equal([3, 7], times.Zip(times.Skip(1), (one, next) => (int)(next - one).TotalSeconds));
        Assert.False(receipt.Duplicate);
        Assert.Single(run.Broker.Produced.Select(call => call.Header.Producer).Distinct());
    });

    [Fact]
    public void An_owner_that_is_none_any_more_is_asked_again() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number < 4 ? Fault.Answer(new ProduceResult.Fenced()) : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await producer.Publish("x");

        Assert.Equal(5, run.Broker.Produced.Count);
    });

    [Fact]
    public void A_refused_batch_says_why_and_those_behind_it_are_stored_in_order() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await producer.Publish("first");
        run.Broker.OnProduce = call => call.Number == 2 ? Fault.Answer(new ProduceResult.Refused(new("batch size", "large", "small"))) : Fault.None;

        var receipts = Enumerable.Range(0, 8).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();
        var refused = await Assert.ThrowsAsync<PublishRefusedException>(() => receipts[1]);
        receipts.RemoveAt(1);
        await Task.WhenAll(receipts);

        Assert.Equal("batch size is large; allowed is small.", refused.Reason.ToString());
        Assert.Equal(["first", "0", "2", "3", "4", "5", "6", "7"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)).Select(value => value.TrimEnd('.')));

        // No attempt was without an answer, so the sequences could be used again and no epoch was spent.
        Assert.Equal(1, run.Broker.Inits);
    });

    [Fact]
    public void A_full_topic_and_a_damaged_partition_are_told_apart() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number switch
        {
            0 => Fault.Answer(new ProduceResult.TopicFull(1_000)),
            1 => Fault.Answer(new ProduceResult.Damaged("a.log at 17")),
            _ => Fault.None,
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var full = await Assert.ThrowsAsync<TopicFullException>(() => producer.Publish("x"));
        var damaged = await Assert.ThrowsAsync<PartitionDamagedException>(() => producer.Publish("x"));
        var receipt = await producer.Publish("x");

        Assert.Equal(1_000, full.LimitBytes);
        Assert.Equal("a.log at 17", damaged.Reason);
        Assert.Equal(Offset.Zero, receipt.Offset);
        Assert.Equal(1, run.Broker.Inits);
    });

    [Fact]
    public void A_refusal_after_a_lost_answer_leaves_the_outcome_open() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number switch
        {
            0 => Fault.LostAnswer,
            1 => Fault.Answer(new ProduceResult.TopicFull(1_000)),
            _ => Fault.None,
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var unknown = await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => producer.Publish("x"));
        await producer.Publish("y");

        Assert.IsType<TopicFullException>(unknown.InnerException);
        Assert.Equal(["x", "y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal(2, run.Broker.Inits);
    });

    [Fact]
    public void A_topic_that_was_deleted_ends_the_producer() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.Delete("orders");

        var unknown = await Assert.ThrowsAsync<UnknownTopicException>(() => producer.Publish("y"));

        Assert.Equal("orders", unknown.Topic);
        await Assert.ThrowsAsync<UnknownTopicException>(() => producer.Publish("z"));
    });

    [Fact]
    public void A_topic_that_was_replaced_is_not_taken_for_the_old_one() => Simulation.Run(async run =>
    {
        var old = run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        var current = run.Broker.CreateTopic("orders", 1);

        var replaced = await Assert.ThrowsAsync<TopicReplacedException>(() => producer.Publish("y"));

        Assert.Equal((old.Id, current.Id), (replaced.Opened, replaced.Current));
        Assert.Empty(run.Broker.PartitionOf("orders", 0).Batches);
    });

    [Fact]
    public void A_replacement_is_noticed_without_a_publish() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        run.Broker.CreateTopic("orders", 1);

        await run.PassAsync(TimeSpan.FromMinutes(6));

        await Assert.ThrowsAsync<TopicReplacedException>(() => producer.Publish("y"));
        Assert.Empty(run.Broker.Produced);
    });

    [Fact]
    public void A_topic_that_does_not_exist_is_named_or_created() => Simulation.Run(async run =>
    {
        var unknown = await Assert.ThrowsAsync<UnknownTopicException>(() => run.Client.OpenProducerAsync("orders"));
        await Assert.ThrowsAsync<ArgumentException>(() => run.Client.OpenProducerAsync("no/name"));
        var creating = new BrokerClient(run.Broker, run.Options with { AutoCreateTopics = true, NewTopics = new() { Partitions = 3 } }, run.Clock);
        await using var producer = await creating.OpenProducerAsync("orders");

        Assert.Equal("orders", unknown.Topic);
        Assert.Equal(3, producer.Partitions);
    });

    [Fact]
    public void Opening_waits_through_an_outage_and_not_for_ever() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var end = run.Clock.GetUtcNow() + TimeSpan.FromSeconds(20);
        run.Broker.OnCall = _ =>
        {
            if (run.Clock.GetUtcNow() < end)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");
        Assert.InRange(run.Clock.GetUtcNow() - end, TimeSpan.Zero, TimeSpan.FromSeconds(2));

        end = DateTimeOffset.MaxValue;
        var start = run.Clock.GetUtcNow();
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => run.Client.OpenProducerAsync("orders"));
        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(32));
    });
}
