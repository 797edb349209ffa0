using System.Collections.Concurrent;
using System.Globalization;
using OrleansQueue.Client.Tests.Support;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Client.Tests;

/// <summary>Many threads publish and read through a whole broker; here time and threads are real.</summary>
public sealed class InProcessTests
{
    private const int Threads = 4;
    private const int MessagesOfEach = 5_000;

    [Fact]
    public async Task What_many_threads_publish_is_read_once_and_in_order()
    {
        await using var broker = new InProcessBroker(random: new Random(1));
        await broker.CreateTopicAsync("orders", new TopicSettings { Partitions = 3, Durability = Durability.Memory }, CancellationToken.None);
        var client = new BrokerClient(broker);
        await using var reader = await client.OpenReaderAsync("orders");
        var receipts = new ConcurrentDictionary<string, PublishReceipt>();
        await using (var producer = await client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 4 << 10, BufferBytes = 64 << 10 }))
        {
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() => PublishAsync(producer, thread, receipts))));
        }

        var deliveries = await reader.TakeAsync(Threads * MessagesOfEach);

        Assert.All(deliveries, delivery =>
            Assert.Equal((delivery.Partition, delivery.Offset), (receipts[delivery.Text()!].Partition, receipts[delivery.Text()!].Offset)));
        Assert.Equal(Threads * MessagesOfEach, deliveries.Select(delivery => delivery.Text()).Distinct().Count());
        foreach (var own in deliveries.Select(delivery => (delivery.Partition, Parts: delivery.Text()!.Split('-'))).GroupBy(each => (each.Partition, each.Parts[0])))
        {
            var order = own.Select(each => int.Parse(each.Parts[1], CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(order.Order(), order);
        }
    }

    [Fact]
    public async Task A_message_of_a_type_goes_there_and_back()
    {
        await using var broker = new InProcessBroker(random: new Random(1)) { NewTopics = new TopicSettings { Partitions = 1 } };
        var client = new BrokerClient(broker);
        await using var producer = await client.OpenProducerAsync("orders", new TypedProducerOptions<string[]> { Key = words => words[0] });

        var receipt = await producer.PublishAsync(["a", "b"]);
        await using var reader = await client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        var delivery = Assert.Single(await reader.TakeAsync(1));

        Assert.StartsWith("orders 0@0 ", receipt.ToString(), StringComparison.Ordinal);
        Assert.Equal(["a", "b"], delivery.Read(new JsonMessageSerializer<string[]>()));
        Assert.Equal("a"u8.ToArray(), delivery.Key?.ToArray());
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_made_again_is_noticed()
    {
        await using var broker = new InProcessBroker(random: new Random(1));
        await broker.CreateTopicAsync("orders", new TopicSettings { Partitions = 1 }, CancellationToken.None);
        var client = new BrokerClient(broker);
        await using var producer = await client.OpenProducerAsync("orders");
        await producer.Publish("x");
        await using var reader = await client.OpenReaderAsync("orders");
        await broker.DeleteTopicAsync("orders", CancellationToken.None);
        await broker.CreateTopicAsync("orders", new TopicSettings { Partitions = 1 }, CancellationToken.None);

        await Assert.ThrowsAsync<TopicReplacedException>(() => producer.Publish("y"));
        await Assert.ThrowsAnyAsync<Exception>(() => reader.TakeAsync(1));
        await using var again = await client.OpenProducerAsync("orders");
        Assert.Equal(Offset.Zero, (await again.Publish("z")).Offset);
    }

    private static async Task PublishAsync(TopicProducer producer, int thread, ConcurrentDictionary<string, PublishReceipt> receipts)
    {
        var pending = new List<(string Value, Task<PublishReceipt> Receipt)>();
        for (var i = 0; i < MessagesOfEach; i++)
        {
            await producer.WaitForRoomAsync();
            var value = $"{thread}-{i}";
            pending.Add((value, producer.Publish(value, i % 3 == 0 ? null : $"key {i % 7}")));
        }

        foreach (var (value, receipt) in pending)
        {
            receipts[value] = await receipt;
        }
    }
}
