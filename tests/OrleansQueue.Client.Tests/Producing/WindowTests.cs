using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>What is under way at a time.</summary>
public sealed class WindowTests
{
    private static readonly ProducerOptions SmallBatches = new() { BatchBytes = 1 << 10 };

    [Fact]
    public void The_first_batch_goes_alone_and_then_up_to_five() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", SmallBatches);
        var receipts = Enumerable.Range(0, 12).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();

        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Single(run.Broker.Produced);

        var second = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = second.Task };
        gate.SetResult();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(6, run.Broker.Produced.Count);

        second.SetResult();
        var stored = await Task.WhenAll(receipts);
        Assert.Equal(Enumerable.Range(0, 12).Select(offset => (long?)offset), stored.Select(receipt => receipt.Offset?.Value));
        Assert.Equal(Enumerable.Range(0, 12), run.Broker.Produced.Select(call => call.Header.Producer.First.Value));
    });

    [Fact]
    public void A_batch_that_is_not_full_waits_while_another_is_under_way() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("first");
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };

        var one = producer.Publish("one");
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var more = producer.PublishAll(0, 10);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, run.Broker.Produced.Count);

        gate.SetResult();
        await Task.WhenAll([one, .. more]);
        Assert.Equal(3, run.Broker.Produced.Count);
    });

    [Fact]
    public void A_message_larger_than_a_batch_is_a_batch_of_its_own() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", SmallBatches);

        await Task.WhenAll(producer.Publish("small"), producer.Publish(new string('x', 1_000_000)), producer.Publish("small, too"));

        Assert.Equal([1, 1, 1], run.Broker.Produced.Select(call => call.Header.RecordCount));
    });

    [Fact]
    public void A_batch_has_no_more_records_than_it_has_indexes() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 20 });
        var receipts = Enumerable.Range(0, 40_000).Select(_ => producer.Publish("")).ToList();

        var stored = await Task.WhenAll(receipts);

        Assert.Equal(Enumerable.Range(0, 40_000).Select(offset => (long?)offset), stored.Select(receipt => receipt.Offset?.Value));
        Assert.Equal(short.MaxValue, run.Broker.Produced[0].Header.RecordCount);
    });

    [Fact]
    public void Partitions_do_not_wait_for_each_other() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 2);
        run.Broker.OnProduce = call => call.Partition.Number == 0 ? new Fault { Before = new TaskCompletionSource().Task } : Fault.None;
        var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { DrainTimeout = TimeSpan.Zero });

        var stuck = producer.Publish("x", new PublishOptions { Partition = new(0) });
        var receipt = await producer.Publish("y", new PublishOptions { Partition = new(1) });

        Assert.Equal(1, receipt.Partition.Number);
        await producer.DisposeAsync();
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => stuck);
    });
}
