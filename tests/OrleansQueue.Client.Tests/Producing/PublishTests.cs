using System.Text;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>What a publish does when nothing goes wrong.</summary>
public sealed class PublishTests
{
    [Fact]
    public void A_message_is_stored_and_the_receipt_says_where() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var receipt = await producer.PublishAsync(default, "hello"u8);

        Assert.Equal("orders 0@0 fsync", receipt.ToString());
        Assert.Equal(new PublishReceipt("orders", new(0), Offset.Zero, Durability.Fsync, false), receipt);
        Assert.Equal(["hello"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void What_is_published_while_a_batch_is_under_way_travels_together() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = call => call.Number == 0 ? new Fault { Before = gate.Task } : Fault.None;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var receipts = new List<Task<PublishReceipt>> { producer.PublishAsync(default, "0"u8).AsTask() };
        await run.PassAsync(TimeSpan.FromMilliseconds(1));
        for (var i = 1; i < 100; i++)
        {
            receipts.Add(producer.PublishAsync(default, Encoding.UTF8.GetBytes($"{i}").AsSpan()).AsTask());
        }

        gate.SetResult();
        var stored = await Task.WhenAll(receipts);

        Assert.Equal(Enumerable.Range(0, 100).Select(offset => (long?)offset), stored.Select(receipt => receipt.Offset?.Value));
        Assert.Equal(2, run.Broker.Produced.Count);
    });

    [Fact]
    public void A_receipt_without_a_place_says_so()
    {
        var receipt = new PublishReceipt("orders", new(3), null, Durability.Memory, true);

        Assert.Equal("orders 3@? memory duplicate", receipt.ToString());
        Assert.Null(receipt.Offset);
        Assert.Null(default(PublishReceipt).Offset);
        Assert.Equal("orders 3@0 os", new PublishReceipt("orders", new(3), Offset.Zero, Durability.Os, false).ToString());
    }
}
