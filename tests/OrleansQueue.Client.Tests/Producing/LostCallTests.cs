using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A call that was lost or took too long is made again under the same sequence, and nothing is stored twice.</summary>
public sealed class LostCallTests
{
    [Fact]
    public void A_lost_call_is_made_again_under_the_same_sequence() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number < 3 ? Fault.LostCall : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var receipt = await producer.Publish("x");

        Assert.False(receipt.Duplicate);
        Assert.Equal(4, run.Broker.Produced.Count);
        Assert.Single(run.Broker.Produced.Select(call => call.Header.Producer).Distinct());
    });

    [Fact]
    public void A_lost_answer_does_not_duplicate() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number == 0 ? Fault.LostAnswer : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var receipt = await producer.Publish("x");

        Assert.True(receipt.Duplicate);
        Assert.Equal("orders 0@0 fsync duplicate", receipt.ToString());
        Assert.Equal(["x"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void Tries_come_after_50_ms_and_twice_as_long_each_time_up_to_a_second() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var times = new List<DateTimeOffset>();
        run.Broker.OnProduce = call =>
        {
            times.Add(run.Clock.GetUtcNow());
            return call.Number < 7 ? Fault.LostCall : Fault.None;
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await producer.Publish("x");

        Assert.Equal([50, 100, 200, 400, 800, 1000, 1000], times.Zip(times.Skip(1), (one, next) => (int)(next - one).TotalMilliseconds));
    });

    [Fact]
    public void A_call_without_an_answer_is_given_up_after_ten_seconds_and_made_again() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number == 0 ? new Fault { Before = new TaskCompletionSource().Task } : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var start = run.Clock.GetUtcNow();

        await producer.Publish("x");

        Assert.InRange((run.Clock.GetUtcNow() - start).TotalSeconds, 10, 10.2);
        Assert.Equal(2, run.Broker.Produced.Count);
    });

    [Fact]
    public void An_answer_that_comes_too_late_still_counts() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var late = new TaskCompletionSource();
        run.Broker.OnProduce = call => call.Number == 0 ? new Fault { After = late.Task, IgnoresCancellation = true } : Fault.LostCall;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var publishing = producer.Publish("x");

        await run.PassAsync(TimeSpan.FromSeconds(30));
        Assert.False(publishing.IsCompleted);
        late.SetResult();

        Assert.Equal(Offset.Zero, (await publishing).Offset);
    });

    [Fact]
    public void When_one_of_five_is_lost_all_five_arrive_in_order() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await producer.Publish("first");
        run.Broker.OnProduce = call => call.Number == 2 ? Fault.LostCall : Fault.None;

        var receipts = Enumerable.Range(0, 10).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();
        var stored = await Task.WhenAll(receipts);

        Assert.Equal(Enumerable.Range(1, 10).Select(offset => (long?)offset), stored.Select(receipt => receipt.Offset?.Value));
        Assert.Equal(1, run.Broker.Inits);
    });

    [Fact]
    public void Nothing_new_is_sent_while_something_must_be_sent_again() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await producer.Publish("first");
        run.Broker.OnProduce = _ => Fault.LostCall;
        var lost = producer.Publish("lost");
        await run.PassAsync(TimeSpan.FromSeconds(2));
        var behind = Enumerable.Range(0, 5).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();
        await run.PassAsync(TimeSpan.FromSeconds(10));

        Assert.All(run.Broker.Produced.Skip(1), call => Assert.Equal(new Sequence(1), call.Header.Producer.First));
        run.Broker.OnProduce = _ => Fault.None;
        await Task.WhenAll([lost, .. behind]);
    });

    [Fact]
    public void After_a_call_that_took_too_long_a_refusal_leaves_the_outcome_open() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number == 0
            ? new Fault { After = new TaskCompletionSource().Task, IgnoresCancellation = true }
            : Fault.Answer(new ProduceResult.TopicFull(1));
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => producer.Publish("x"));

        Assert.Equal(["x"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void Any_exception_of_a_call_means_that_nobody_knows() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = call => call.Number == 0 ? throw new IOException("The storage failed.") : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await producer.Publish("x");

        Assert.Equal(2, run.Broker.Produced.Count);
    });

    [Fact]
    public void What_was_sent_is_never_changed() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var sent = new List<(ReadOnlyMemory<byte> Memory, byte[] Copy)>();
        run.Broker.OnProduce = call =>
        {
            sent.Add((call.Batch, call.Batch.ToArray()));
            return call.Number < 5 ? Fault.Answer(new ProduceResult.UnknownProducer()) : Fault.None;
        };
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await Task.WhenAll(producer.PublishAll(0, 10));

        Assert.All(sent, batch => Assert.Equal(batch.Copy, batch.Memory.ToArray()));
        Assert.All(sent, batch => OpenedBatch.Open(batch.Memory, 1 << 20).Dispose());
    });
}
