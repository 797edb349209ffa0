using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A message that must not be repeated is sent once.</summary>
public sealed class NoRetryTests
{
    private static readonly PublishOptions Once = new() { NoRetry = true };

    [Fact]
    public void A_lost_call_is_not_made_again() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => Fault.LostAnswer;
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => producer.Publish("x", Once));

        Assert.Single(run.Broker.Produced);
        run.Broker.OnProduce = _ => Fault.None;
        await producer.Publish("y");
        Assert.Equal(1, run.Broker.Inits);
    });

    [Fact]
    public void An_answer_that_asks_to_wait_is_the_end() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => Fault.Answer(new ProduceResult.Throttled(TimeSpan.FromSeconds(1)));
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Assert.ThrowsAsync<PublishRefusedException>(() => producer.Publish("x", Once));

        Assert.Single(run.Broker.Produced);
    });

    [Fact]
    public void It_keeps_its_place_among_the_others_in_a_batch_without_a_producer() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Task.WhenAll([
            producer.Publish("a"), producer.Publish("b"), producer.Publish("c", Once), producer.Publish("d", Once),
            producer.Publish("e"), producer.Publish("f", Once), producer.Publish("g"),
        ]);

        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal([true, false, true, false, true], run.Broker.Produced.Select(call => call.Header.Producer.IsIdempotent));
    });
}
