using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A message that breaks a limit is refused by itself, before it shares a batch with others.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("record key size", 65_537, 0, 0, 0)]
    [InlineData("message size", 10, 1_048_567, 0, 0)]
    [InlineData("header count", 0, 0, 257, 0)]
    [InlineData("header size", 0, 0, 1, 65_536)]
    public void One_too_much_is_refused(string field, int key, int value, int headers, int headerValue) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        var options = Options(key, headers, headerValue);

        var fine = producer.Publish("fine");
        var refused = await Assert.ThrowsAsync<PublishRefusedException>(() => producer.Publish(new string('v', value), options));
        await fine;

        Assert.Equal(field, refused.Reason.Field);
        Assert.Equal(["fine"], Stored.ValuesIn(run.Broker.PartitionOf("orders", 0)));
    });

    [Theory]
    [InlineData(65_536, 0, 0, 0)]
    [InlineData(10, 1_048_566, 0, 0)]
    [InlineData(0, 0, 256, 0)]
    [InlineData(0, 0, 1, 65_535)]
    public void Exactly_the_limit_passes(int key, int value, int headers, int headerValue) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await producer.Publish(new string('v', value), Options(key, headers, headerValue));
    });

    [Theory]
    [InlineData("oq-id")]
    [InlineData("OQ-anything")]
    public void Reserved_header_names_are_refused(string name) => Refuses(new PublishOptions { Headers = [new(name, "x")] }, "header name");

    [Theory]
    [InlineData("")]
    [InlineData("ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé")]
    public void A_message_id_has_1_to_128_bytes(string id) => Refuses(new PublishOptions { MessageId = id }, "message id");

    [Fact]
    public void A_time_to_live_is_more_than_nothing() => Refuses(new PublishOptions { TimeToLive = TimeSpan.Zero }, "time to live");

    [Fact]
    public void Names_of_W3C_trace_context_pass() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        await producer.Publish("x", new PublishOptions { Headers = [new("traceparent", "00-a"), new("tracestate", "b=c"), new("empty", (string?)null)] });

        Assert.Equal(
            ["traceparent=00-a", "tracestate=b=c", "empty=null"],
            Assert.Single(Stored.In(run.Broker.PartitionOf("orders", 0))).Headers.Select(header => $"{header.Name}={header.Text ?? "null"}"));
    });

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Equal("batch bytes", new ProducerOptions { BatchBytes = 1 }.Check()?.Field);
        Assert.Equal("buffer bytes", new ProducerOptions { BufferBytes = 0 }.Check()?.Field);
        Assert.Equal("delivery timeout", new ProducerOptions { DeliveryTimeout = TimeSpan.Zero }.Check()?.Field);
        Assert.Equal("drain timeout", new ProducerOptions { DrainTimeout = TimeSpan.FromSeconds(-1) }.Check()?.Field);
        Assert.Equal("call timeout", new ClientOptions { CallTimeout = TimeSpan.Zero }.Check()?.Field);
        Assert.Equal("connect timeout", new ClientOptions { ConnectTimeout = TimeSpan.FromSeconds(-1) }.Check()?.Field);
        Assert.Equal("topic refresh", new ClientOptions { TopicRefresh = TimeSpan.Zero }.Check()?.Field);
        Assert.Equal("partitions", new ClientOptions { NewTopics = new() { Partitions = 0 } }.Check()?.Field);
        Assert.Null(new ProducerOptions().Check() ?? new ClientOptions().Check());
    }

    private static PublishOptions Options(int key, int headers, int headerValue) => new()
    {
        Key = key == 0 ? MessageKey.None : new string('k', key),
        Headers = [.. Enumerable.Repeat(new MessageHeader("h", new string('x', headerValue)), headers)],
    };

    private static void Refuses(PublishOptions options, string field) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");

        var refused = await Assert.ThrowsAsync<PublishRefusedException>(() => producer.Publish("x", options));

        Assert.Equal(field, refused.Reason.Field);
        Assert.Empty(run.Broker.Produced);
    });
}
