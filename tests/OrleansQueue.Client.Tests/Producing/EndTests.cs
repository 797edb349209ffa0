using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>Flush and dispose.</summary>
public sealed class EndTests
{
    [Fact]
    public void Flush_waits_for_what_was_published_before() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 3);
        run.Broker.OnProduce = call => call.Number == 1 ? Fault.LostAnswer : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10, BufferBytes = 4 << 10 });
        var receipts = Enumerable.Range(0, 50).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();

        await producer.FlushAsync();

        Assert.All(receipts, receipt => Assert.True(receipt.IsCompletedSuccessfully));
        await producer.FlushAsync();
    });

    [Fact]
    public void Flush_does_not_throw_for_messages_that_fail() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => Fault.Answer(new Broker.ProduceResult.TopicFull(1));
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var receipt = producer.Publish("x");

        await producer.FlushAsync();

        Assert.True(receipt.IsFaulted);
    });

    [Fact]
    public void Dispose_sends_what_was_published_and_takes_nothing_more() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var producer = await run.Client.OpenProducerAsync("orders");
        var receipts = producer.PublishAll(0, 100);

        await producer.DisposeAsync();
        await producer.DisposeAsync();

        Assert.All(receipts, receipt => Assert.True(receipt.IsCompletedSuccessfully));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.Publish("x"));
        Assert.Equal(0, run.Clock.Waiting);
    });

    [Fact]
    public void Dispose_gives_up_after_the_drain_timeout_and_says_what_is_known() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => new Fault { Before = new TaskCompletionSource().Task };
        var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10, BufferBytes = 4 << 10 });
        var receipts = Enumerable.Range(0, 20).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();
        var start = run.Clock.GetUtcNow();

        await producer.DisposeAsync();

        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(25.1));
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => receipts[0]);
        foreach (var receipt in receipts.Skip(1))
        {
            await Assert.ThrowsAsync<PublishNotSentException>(() => receipt);
        }
    });
}
