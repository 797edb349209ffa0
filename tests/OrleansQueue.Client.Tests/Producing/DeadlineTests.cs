using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A publish ends within its delivery timeout, whatever happens.</summary>
public sealed class DeadlineTests
{
    [Fact]
    public void Without_an_answer_the_outcome_is_unknown_and_a_new_epoch_follows() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => Fault.LostCall;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var start = run.Clock.GetUtcNow();

        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => producer.Publish("x"));
        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(120.1));

        run.Broker.OnProduce = _ => Fault.None;
        await producer.Publish("y");
        Assert.Equal(["y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
        Assert.Equal(2, run.Broker.Inits);
    });

    [Fact]
    public void When_every_attempt_was_answered_nothing_is_stored_and_no_epoch_is_needed() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => Fault.Answer(new ProduceResult.NoSpace(TimeSpan.FromSeconds(1)));
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var notSent = await Assert.ThrowsAsync<PublishNotSentException>(() => producer.Publish("x"));

        Assert.IsType<PublishRefusedException>(notSent.InnerException);
        run.Broker.OnProduce = _ => Fault.None;
        await producer.Publish("y");
        Assert.Equal(1, run.Broker.Inits);
    });

    [Fact]
    public void What_waits_behind_a_stuck_batch_ends_as_well_and_is_not_stored() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => new Fault { Before = new TaskCompletionSource().Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });

        var first = producer.Publish(Publishing.Half("0"));
        var behind = Enumerable.Range(1, 5).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => first);
        foreach (var waiting in behind)
        {
            await Assert.ThrowsAsync<PublishNotSentException>(() => waiting);
        }

        run.Broker.OnProduce = _ => Fault.None;
        await producer.Publish("y");
        Assert.Equal(["y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void A_call_that_arrives_after_all_cannot_be_stored_once_a_newer_message_is() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var late = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = late.Task, IgnoresCancellation = true };
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => producer.Publish("x"));

        run.Broker.OnProduce = _ => Fault.None;
        await producer.Publish("y");
        late.SetResult();
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(["y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });
}
