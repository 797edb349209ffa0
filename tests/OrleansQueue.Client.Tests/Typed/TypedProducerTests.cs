using System.Diagnostics;
using System.Text;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Typed;

/// <summary>What messages of a type look like in the log.</summary>
public sealed class TypedProducerTests
{
    private static readonly TypedProducerOptions<OrderPlaced> ByCustomer = new() { Key = order => order.CustomerId };

    [Fact]
    public void A_message_is_JSON_with_the_key_that_the_selector_says_and_no_header() => Simulation.Run(async run =>
    {
        var record = await PublishAsync(run, ByCustomer, producer => producer.PublishAsync(new OrderPlaced("C-1", 59_000m)));

        Assert.Equal("C-1", record.Key);
        Assert.Equal("""{"customerId":"C-1","total":59000}""", record.Value);
        Assert.Empty(record.Headers);
    });

    [Fact]
    public void Options_become_headers_in_order() => Simulation.Run(async run =>
    {
        var options = new PublishOptions { Key = "other", MessageId = "m-1", TimeToLive = TimeSpan.FromMinutes(1), Headers = [new("a", "1"), new("a", "2")] };
        var expires = (run.Clock.GetUtcNow() + TimeSpan.FromMinutes(1)).ToUnixTimeMilliseconds();

        var record = await PublishAsync(run, ByCustomer with { TypeAlias = "order-placed" }, producer => producer.PublishAsync(new OrderPlaced("C-1", 1), options));

        Assert.Equal("other", record.Key);
        Assert.Equal(
            ["oq-type=order-placed", "oq-id=m-1", $"oq-expires={expires}", "a=1", "a=2"],
            record.Headers.Select(header => $"{header.Name}={header.Text}"));
    });

    [Fact]
    public void Another_serializer_names_its_content_type() => Simulation.Run(async run =>
    {
        var record = await PublishAsync(run, ByCustomer with { Serializer = new Text() }, producer => producer.PublishAsync(new OrderPlaced("C-1", 2)));

        Assert.Equal("C-1 2", record.Value);
        Assert.Equal("oq-content-type=text/plain", Assert.Single(record.Headers.Select(header => $"{header.Name}={header.Text}")));
    });

    [Fact]
    public void Bytes_are_taken_as_they_are() => Simulation.Run(async run =>
    {
        var record = await PublishAsync(run, new TypedProducerOptions<byte[]>(), producer => producer.PublishAsync("raw"u8.ToArray()));

        Assert.Equal(("raw", 0), (record.Value, record.Headers.Count));
        Assert.Equal("raw", (await PublishAsync(run, new TypedProducerOptions<ReadOnlyMemory<byte>>(), producer => producer.PublishAsync("raw"u8.ToArray()))).Value);
    });

    [Fact]
    public void Delete_publishes_a_tombstone() => Simulation.Run(async run =>
    {
        var record = await PublishAsync(run, ByCustomer, producer => producer.DeleteAsync("C-1"));

        Assert.Equal(("C-1", null), (record.Key, record.Value));
    });

    [Fact]
    public void Delete_needs_a_key() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", ByCustomer);

        await Assert.ThrowsAsync<ArgumentException>(() => producer.DeleteAsync(MessageKey.None).AsTask());
    });

    [Fact]
    public void The_trace_of_the_caller_travels_along_where_there_is_one() => Simulation.Run(async run =>
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";

        var record = await PublishAsync(run, ByCustomer, producer => producer.PublishAsync(new OrderPlaced("C-1", 2)));
        var own = new PublishOptions { Headers = [new("traceparent", "of the application")] };
        var second = await PublishAsync(run, ByCustomer, producer => producer.PublishAsync(new OrderPlaced("C-1", 2), own));

        Assert.Equal([$"traceparent={activity.Id}", "tracestate=vendor=1"], record.Headers.Select(header => $"{header.Name}={header.Text}"));
        Assert.Equal(["traceparent=of the application"], second.Headers.Select(header => $"{header.Name}={header.Text}"));
    });

    [Fact]
    public void Several_messages_have_their_outcomes_in_their_order_each_by_itself() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var options = new TypedProducerOptions<byte[]> { Producer = new ProducerOptions { BufferBytes = 1 << 10 } };
        await using var producer = await run.Client.OpenProducerAsync("orders", options);
        var messages = Enumerable.Range(0, 50).Select(number => new byte[number == 20 ? 2_000_000 : 100]);

        var outcomes = await producer.PublishAsync(messages);

        Assert.IsType<PublishRefusedException>(outcomes[20].Error);
        Assert.Throws<InvalidOperationException>(() => outcomes[20].Receipt);
        var stored = outcomes.Where(outcome => outcome.Error is null).Select(outcome => outcome.Receipt.Offset?.Value);
        Assert.Equal(Enumerable.Range(0, 49).Select(offset => (long?)offset), stored);
    });

    [Fact]
    public void A_message_that_cannot_be_serialized_disturbs_nobody() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<object>());

        await Assert.ThrowsAsync<NotSupportedException>(() => producer.PublishAsync(typeof(string)).AsTask());
        await producer.PublishAsync(new { Fine = true });

        Assert.Equal(["""{"fine":true}"""], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Fact]
    public void Of_several_messages_one_that_has_no_bytes_or_no_key_fails_by_itself() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var options = new TypedProducerOptions<object> { Key = message => message as string == "b" ? throw new InvalidDataException("b") : MessageKey.None };
        await using var producer = await run.Client.OpenProducerAsync("orders", options);

        var outcomes = await producer.PublishAsync(["a", typeof(string), "b", "c"]);

        Assert.Equal([null, typeof(NotSupportedException), typeof(InvalidDataException), null], outcomes.Select(outcome => outcome.Error?.GetType()));
        Assert.Equal(["\"a\"", "\"c\""], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    private static async Task<StoredRecord> PublishAsync<T>(Simulation run, TypedProducerOptions<T> options, Func<TopicProducer<T>, ValueTask<PublishReceipt>> publish)
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders", options);
        await publish(producer);
        return Assert.Single(Stored.In(run.Broker.PartitionOf("orders", 0)));
    }

    internal sealed record OrderPlaced(string CustomerId, decimal Total);

    internal sealed class Text : IMessageSerializer<OrderPlaced>
    {
        public string? ContentType => "text/plain";

        public void Serialize(OrderPlaced message, System.Buffers.IBufferWriter<byte> output) =>
            Encoding.UTF8.GetBytes($"{message.CustomerId} {message.Total}", output);

        public OrderPlaced Deserialize(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();
    }
}
