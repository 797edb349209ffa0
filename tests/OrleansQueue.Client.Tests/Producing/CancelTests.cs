using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>Who cancels stops waiting; what is on its way goes on.</summary>
public sealed class CancelTests
{
    [Fact]
    public void A_cancelled_wait_does_not_disturb_the_others_nor_the_message() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders");
        using var cancelling = new CancellationTokenSource();

        var cancelled = producer.Publish("x", cancellationToken: cancelling.Token);
        var other = producer.Publish("y");
        await run.PassAsync(TimeSpan.FromSeconds(1));
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.SetResult();

        Assert.Equal(1, (await other).Offset?.Value);
        Assert.Equal(["x", "y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void A_message_that_was_cancelled_before_is_not_sent() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => producer.Publish("x", cancellationToken: new CancellationToken(canceled: true)));
        await producer.FlushAsync();

        Assert.Empty(run.Broker.Produced);
    });

    [Fact]
    public void A_message_that_waits_for_room_is_not_sent_when_it_is_cancelled() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BufferBytes = 1 });
        using var cancelling = new CancellationTokenSource();

        var first = producer.Publish("first");
        var cancelled = producer.Publish("x", cancellationToken: cancelling.Token);
        var other = producer.Publish("y");
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        gate.SetResult();
        await Task.WhenAll(first, other);

        Assert.Equal(["first", "y"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });
}
