using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A message that is copied on its way, since it waits for room or its batch gets another number, stays what it is.</summary>
public sealed class CopyTests
{
    private static readonly PublishOptions Odd = new() { Key = "", Headers = [new("null", (string?)null), new("empty", ""), new("text", "x"), new("text", "y")] };

    private static readonly string[] Expected =
    [
        "key null, value null, headers ",
        "key , value , headers null=null empty= text=x text=y",
        "key k, value v, headers ",
    ];

    [Fact]
    public void When_it_waits_for_room() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1, TimestampKind.Create);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BufferBytes = 1 });
        var first = producer.Publish("first");

        await PublishAsync(producer);
        await first;

        Assert.Equal(Expected, Show(run).Skip(1));
    });

    [Fact]
    public void When_its_batch_gets_another_number() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1, TimestampKind.Create);
        run.Broker.OnProduce = call => call.Number == 0 ? Fault.Answer(new ProduceResult.UnknownProducer()) : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var time = Timestamp.Now(run.Clock);

        await PublishAsync(producer);

        Assert.Equal(Expected, Show(run));
        Assert.All(Stored.In(run.Broker.PartitionOf("orders", 0)), record => Assert.Equal(time, record.Timestamp));
        Assert.Equal(run.Broker.Produced[0].Batch.Length, run.Broker.Produced[1].Batch.Length);
    });

    private static Task<PublishReceipt[]> PublishAsync(TopicProducer producer) => Task.WhenAll(
        producer.PublishAsync(NullableBytes.Null, NullableBytes.Null).AsTask(),
        producer.PublishAsync(new NullableBytes([]), Odd).AsTask(),
        producer.Publish("v", "k"));

    private static IEnumerable<string> Show(Simulation run) => Stored.In(run.Broker.PartitionOf("orders", 0)).Select(record =>
        $"key {record.Key ?? "null"}, value {record.Value ?? "null"}, headers {string.Join(' ', record.Headers.Select(header => $"{header.Name}={header.Text ?? "null"}"))}");
}
