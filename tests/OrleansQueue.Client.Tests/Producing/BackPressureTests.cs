using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A full buffer makes publishes wait, in their order, and never throws for it.</summary>
public sealed class BackPressureTests
{
    private static readonly ProducerOptions SmallBuffer = new() { BatchBytes = 1 << 10, BufferBytes = 16 << 10 };

    [Fact]
    public void Who_finds_the_buffer_full_waits_in_line() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", SmallBuffer);
        var receipts = Enumerable.Range(0, 200).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();

        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(producer.BufferedBytes, SmallBuffer.BufferBytes, SmallBuffer.BufferBytes + 4096);
        Assert.DoesNotContain(receipts, receipt => receipt.IsCompleted);

        gate.SetResult();
        var stored = await Task.WhenAll(receipts);
        Assert.Equal(Enumerable.Range(0, 200).Select(offset => (long?)offset), stored.Select(receipt => receipt.Offset?.Value));
        Assert.Equal(0, producer.BufferedBytes);
    });

    [Fact]
    public void The_callers_memory_is_free_again_after_the_call_even_when_the_message_waits() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", SmallBuffer with { BufferBytes = 1 });
        var memory = new byte[1];
        var receipts = new List<Task<PublishReceipt>>();
        for (var i = 0; i < 5; i++)
        {
            memory[0] = (byte)('a' + i);
            receipts.Add(producer.PublishAsync(default, memory.AsSpan()).AsTask());
        }

        gate.SetResult();
        await Task.WhenAll(receipts);

        Assert.Equal(["a", "b", "c", "d", "e"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void Room_can_be_waited_for_without_a_message() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var gate = new TaskCompletionSource();
        run.Broker.OnProduce = _ => new Fault { Before = gate.Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", SmallBuffer);
        Assert.True(producer.WaitForRoomAsync().AsTask().IsCompletedSuccessfully);
        var receipts = Enumerable.Range(0, 30).Select(number => producer.Publish(Publishing.Half($"{number}"))).ToList();

        var room = producer.WaitForRoomAsync().AsTask();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(room.IsCompleted);
        gate.SetResult();
        await room;
        await Task.WhenAll(receipts);
    });

    [Fact]
    public void The_line_ends_at_the_delivery_timeout_too() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => new Fault { Before = new TaskCompletionSource().Task };
        var options = SmallBuffer with { BufferBytes = 1, DeliveryTimeout = TimeSpan.FromSeconds(30), DrainTimeout = TimeSpan.Zero };
        await using var producer = await run.Client.OpenProducerAsync("orders", options);
        var first = producer.Publish("first");
        await run.PassAsync(TimeSpan.FromSeconds(5));
        var waiting = Enumerable.Range(0, 3).Select(number => producer.Publish($"{number}")).ToList();
        var start = run.Clock.GetUtcNow();

        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => first);

        // The one before made room for one of them, which then has its own time; the others end in the line.
        await Assert.ThrowsAsync<PublishNotSentException>(() => waiting[2]);
        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.1));
        await Assert.ThrowsAnyAsync<Exception>(() => waiting[0]);
    });
}
