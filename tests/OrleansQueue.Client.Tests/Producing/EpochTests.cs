using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>When a producer takes a later epoch, and what becomes of the messages that are under way then.</summary>
public sealed class EpochTests
{
    [Fact]
    public void A_forgotten_producer_goes_on_under_a_new_epoch_without_loss() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.PartitionOf("orders", 0).ForgetProducers();

        await Task.WhenAll(producer.PublishAll(0, 10));

        Assert.Equal(["x", .. Enumerable.Range(0, 10).Select(number => $"{number}")], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal((2, Sequence.Zero), (run.Broker.Inits, run.Broker.Produced[^1].Header.Producer.First));
        Assert.Equal(1, run.Broker.Produced[^1].Header.Producer.Epoch.Value);
    });

    [Fact]
    public void With_five_under_way_a_forgotten_producer_loses_and_repeats_nothing() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await producer.Publish("x");
        run.Broker.OnProduce = call =>
        {
            if (call.Number == 4)
            {
                run.Broker.PartitionOf("orders", 0).ForgetProducers();
            }

            return Fault.None;
        };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => producer.Publish(Publishing.Half($"{number}"))));

        Assert.Equal(["x", .. Enumerable.Range(0, 20).Select(number => $"{number}")], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)).Select(value => value.TrimEnd('.')));
    });

    [Fact]
    public void A_forgotten_producer_that_misses_an_answer_does_not_repeat_what_may_be_stored() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.OnProduce = call => call.Number == 1 ? Fault.LostAnswer : Fault.None;

        var lost = producer.Publish("y");
        await run.PassAsync(TimeSpan.FromMilliseconds(20));
        run.Broker.PartitionOf("orders", 0).ForgetProducers();
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => lost);
        await producer.Publish("z");

        Assert.Equal(["x", "y", "z"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal(2, run.Broker.Inits);
    });

    [Fact]
    public void A_broker_that_lost_acknowledged_batches_gets_the_next_ones_under_a_new_epoch() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number == 3 ? Fault.Answer(new ProduceResult.OutOfOrder(new(1))) : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("a");
        await producer.Publish("b");
        await producer.Publish("c");

        await producer.Publish("d");

        Assert.Equal(["a", "b", "c", "d"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal(2, run.Broker.Inits);
    });

    [Fact]
    public void Another_producer_of_the_same_identity_ends_this_one() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 2);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x", new PublishOptions { Partition = new(0) });
        run.Broker.PartitionOf("orders", 0).Fence(run.Broker.Produced[0].Header.Producer.Id, new(9));

        var fenced = await Assert.ThrowsAsync<ProducerFencedException>(() => producer.Publish("y", new PublishOptions { Partition = new(0) }));

        Assert.Equal(new ProducerEpoch(9), fenced.Current);
        await Assert.ThrowsAsync<ProducerFencedException>(() => producer.Publish("z", new PublishOptions { Partition = new(1) }));
    });

    [Fact]
    public void Partitions_keep_their_epoch_until_they_need_another_and_share_one_call_for_it() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 3);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var partitions = Enumerable.Range(0, 3).Select(number => new PublishOptions { Partition = new(number) }).ToList();
        await Task.WhenAll(partitions.Select(options => producer.Publish("x", options)));
        run.Broker.PartitionOf("orders", 0).ForgetProducers();
        run.Broker.PartitionOf("orders", 1).ForgetProducers();

        await Task.WhenAll(partitions.Select(options => producer.Publish("y", options)));

        Assert.Equal(2, run.Broker.Inits);
        Assert.All(partitions, options => Assert.Equal(["x", "y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", options.Partition!.Value.Number))));
        Assert.Equal(0, run.Broker.PartitionOf("orders", 2).Batches[^1].Header.Producer.Epoch.Value);
    });

    [Fact]
    public void Behind_a_refused_batch_one_that_is_still_on_its_way_needs_a_new_epoch() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await producer.Publish("first");
        var late = new TaskCompletionSource();
        run.Broker.OnProduce = call => call.Number switch
        {
            1 => Fault.Answer(new ProduceResult.Refused(new("batch", "bad", "good"))),
            2 => new Fault { Before = late.Task, IgnoresCancellation = true },
            _ => Fault.None,
        };
        var refused = producer.Publish(Publishing.Half("refused"));
        var slow = producer.Publish(Publishing.Half("slow"));
        var last = producer.Publish(Publishing.Half("last"));
        await Assert.ThrowsAsync<PublishRefusedException>(() => refused);
        await Task.WhenAll(slow, last);

        // Under the old epoch its sequence would be the next one by now.
        late.SetResult();
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(["first", "slow", "last"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)).Select(value => value.TrimEnd('.')));
        Assert.Equal(2, run.Broker.Inits);
    });

    [Fact]
    public void A_new_epoch_is_waited_for_through_an_outage() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.PartitionOf("orders", 0).ForgetProducers();
        var end = run.Clock.GetUtcNow() + TimeSpan.FromSeconds(40);
        run.Broker.OnCall = _ =>
        {
            if (run.Clock.GetUtcNow() < end)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };

        await producer.Publish("y");

        Assert.True(run.Clock.GetUtcNow() >= end);
        Assert.Equal(["x", "y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });
}
