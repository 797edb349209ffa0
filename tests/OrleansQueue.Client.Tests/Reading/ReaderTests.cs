using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Reading;

/// <summary>What a reader shows when nothing goes wrong.</summary>
public sealed class ReaderTests
{
    [Fact]
    public void It_begins_at_the_end_and_waits_for_what_comes() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("before");
        await using var reader = await run.Client.OpenReaderAsync("orders");
        var reading = reader.TakeAsync(2);

        await run.PassAsync(TimeSpan.FromSeconds(20));
        await Task.WhenAll(producer.PublishAll(0, 2));

        Assert.Equal(["0@1", "1@2"], (await reading).Select(delivery => $"{delivery.Text()}@{delivery.Offset}"));
    });

    [Fact]
    public void It_begins_where_it_is_told() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 5));
        await run.PassAsync(TimeSpan.FromMinutes(1));
        var time = run.Clock.GetUtcNow();
        await Task.WhenAll(producer.PublishAll(5, 5));

        Assert.Equal("0", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Earliest })).Text());
        Assert.Equal("7", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Offset(new(7)), Partition = new(0) })).Text());
        Assert.Equal("5", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Time(time) })).Text());
        var delivery = await FirstAsync(run, new ReaderOptions { Start = StartAt.Offset(new(3)), Partition = new(0) });
        Assert.Equal("4", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Position(delivery.Next), Partition = new(0) })).Text());
        Assert.Equal(new Epoch(7), delivery.Next.Epoch);
    });

    [Fact]
    public void All_partitions_are_read_each_in_order() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 5);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => producer.Publish($"{number}", $"key {number % 17}")));
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest, MaxBytes = 2_000 });

        var deliveries = await reader.TakeAsync(500);

        Assert.Equal(500, deliveries.Select(delivery => delivery.Text()).Distinct().Count());
        Assert.All(deliveries.GroupBy(delivery => delivery.Partition), own =>
            Assert.Equal(Enumerable.Range(0, own.Count()).Select(offset => (long)offset), own.Select(delivery => delivery.Offset.Value)));
    });

    [Fact]
    public void Parts_that_end_within_a_batch_are_stitched() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await Task.WhenAll(producer.PublishAll(0, 300));
        foreach (var size in Enumerable.Range(1, 100).Concat([500, 1_000, 5_000, 100_000]))
        {
            run.Broker.PartBytes = size;
            await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });

            Assert.Equal(Enumerable.Range(0, 300).Select(number => $"{number}"), (await reader.TakeAsync(300)).Select(delivery => delivery.Text()));
        }
    });

    [Fact]
    public void A_delivery_shows_all_of_its_message() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<int> { Key = number => $"key {number}" });
        await producer.PublishAsync(5, new PublishOptions { MessageId = "m", TimeToLive = TimeSpan.FromHours(1), Headers = [new("a", "b"), new("c", (string?)null)] });
        var expires = run.Clock.GetUtcNow() + TimeSpan.FromHours(1);
        await producer.DeleteAsync("gone");
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });

        var deliveries = await reader.TakeAsync(2);
        var (first, second) = (deliveries[0], deliveries[1]);

        Assert.Equal(("orders", 0, 0, "m"), (first.Topic, first.Partition.Number, first.Offset.Value, first.MessageId));
        Assert.Equal("key 5"u8.ToArray(), first.Key?.ToArray());
        Assert.Equal(5, first.Read(new JsonMessageSerializer<int>()));
        Assert.Equal(("b", null), (first.Find("a")?.Text, first.Find("c")?.Value));
        Assert.Equal(expires, first.ExpiresAt);
        Assert.Equal((true, "0-1", null), (second.IsTombstone, second.MessageId, second.ExpiresAt));
        Assert.Throws<MessageFormatException>(() => second.Read(new JsonMessageSerializer<int>()));
        Assert.Throws<MessageFormatException>(() => first.Read(new JsonMessageSerializer<string>()));
    });

    [Fact]
    public void Expired_messages_are_left_out_unless_they_are_wanted() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("short", new PublishOptions { TimeToLive = TimeSpan.FromSeconds(1) });
        await producer.Publish("long", new PublishOptions { TimeToLive = TimeSpan.FromHours(1) });
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("long", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Earliest })).Text());
        Assert.Equal("short", (await FirstAsync(run, new ReaderOptions { Start = StartAt.Earliest, IncludeExpired = true })).Text());
    });

    [Fact]
    public void Another_enumerator_goes_on_where_the_one_before_stopped() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 10));
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });

        var first = await reader.TakeAsync(3);
        var second = await reader.TakeAsync(7);

        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"{number}"), first.Concat(second).Select(delivery => delivery.Text()));
    });

    [Fact]
    public void It_reads_ahead_by_one_answer_and_no_more() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { BatchBytes = 1 << 10 });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => producer.Publish(Publishing.Half($"{number}"))));
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest, MaxBytes = 1_000 });

        await run.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, run.Broker.Fetches);
        await foreach (var records in reader.ReadBatchesAsync())
        {
            await run.PassAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(2, run.Broker.Fetches);
            Assert.Equal(Offset.Zero, records.From.Offset);
            break;
        }
    });

    [Fact]
    public void Partitions_that_are_added_are_read_from_their_beginning() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var reader = await run.Client.OpenReaderAsync("orders");
        run.Broker.Grow("orders", 2);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x", new PublishOptions { Partition = new(1) });

        var delivery = Assert.Single(await reader.TakeAsync(1));

        Assert.Equal((1, 0L), (delivery.Partition.Number, delivery.Offset.Value));
    });

    [Fact]
    public void It_ends_when_it_is_cancelled_or_disposed() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 3);
        var reader = await run.Client.OpenReaderAsync("orders");
        using var cancelling = new CancellationTokenSource();
        var cancelled = reader.TakeAsync(1, cancelling.Token);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var ended = reader.TakeAsync(1);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        await reader.DisposeAsync();
        await reader.DisposeAsync();

        Assert.Empty(await ended);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, run.Clock.Waiting);
    });

    private static async Task<Delivery> FirstAsync(Simulation run, ReaderOptions options)
    {
        await using var reader = await run.Client.OpenReaderAsync("orders", options);
        return Assert.Single(await reader.TakeAsync(1));
    }
}
