using Orleans.Streams;
using OrleansQueue.Client;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>
/// What the provider promises, whatever the silos keep their logs in: Orleans' own scenarios of streams, and those that other providers do not
/// promise. Derive from it, and say how the silos are.
/// </summary>
public abstract partial class StreamSpec : IAsyncLifetime
{
    private readonly string _run = Guid.NewGuid().ToString("N");
    private StreamSilos? _silos;

    private protected StreamSilos Silos => _silos!;

    /// <summary>How the silos are; asked again for silos that go on with what earlier ones stored.</summary>
    private protected abstract StreamSilosOptions Options { get; }

    public virtual async Task InitializeAsync() => _silos = await StreamSilos.StartAsync(Options);

    public virtual async Task DisposeAsync() => await Silos.DisposeAsync();

    /// <summary>Stops every silo and starts others on what is stored.</summary>
    private protected async Task RestartAsync(Func<StreamSilosOptions, StreamSilosOptions>? change = null)
    {
        await Silos.DisposeAsync();
        _silos = await StreamSilos.StartAsync(change?.Invoke(Options) ?? Options);
    }

    [Fact]
    public async Task One_producer_and_one_implicit_consumer()
    {
        var (stream, got) = Implicit("a");

        await PublishAsync(stream, "p", 0, 100);

        await got.HasAsync(100);
        AssertInOrder(got, "p", 100);
    }

    [Fact]
    public async Task Several_producers_and_several_consumers_of_one_stream()
    {
        var consumers = new List<Deliveries>();
        for (var i = 0; i < 3; i++)
        {
            consumers.Add((await SubscribeAsync($"c{i}", "s")).Got);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(producer => PublishAsync(Stream("s"), $"p{producer}", 0, 50)));

        foreach (var got in consumers)
        {
            await got.HasAsync(200);
            Assert.All(Enumerable.Range(0, 4), producer => AssertInOrder(got, $"p{producer}", 50));
        }
    }

    [Fact]
    public async Task Several_subscriptions_of_one_consumer_each_get_everything()
    {
        var (grain, got) = await SubscribeAsync("twice", "s");
        await grain.SubscribeAsync(IdOf("s"));

        await PublishAsync(Stream("s"), "p", 0, 10);

        await got.HasAsync(20);
        Assert.Equal(2, await grain.CountAsync(IdOf("s")));
        Assert.All(got.Events.GroupBy(static delivered => delivered.Offset), static twice => Assert.Equal(2, twice.Count()));
    }

    [Fact]
    public async Task Many_streams_each_with_its_own_consumers()
    {
        var consumers = Enumerable.Range(0, 40).Select(i => (Got: Implicit($"many{i}").Got, Stream: Implicit($"many{i}").Stream)).ToList();

        await Task.WhenAll(consumers.Select((consumer, i) => PublishAsync(consumer.Stream, $"p{i}", 0, 20)));

        for (var i = 0; i < consumers.Count; i++)
        {
            await consumers[i].Got.HasAsync(20);
            AssertInOrder(consumers[i].Got, $"p{i}", 20);
        }
    }

    [Fact]
    public async Task Consumer_that_takes_batches_gets_everything_in_order()
    {
        var grain = Consumer("batches", "s", out var got);
        await grain.SubscribeAsync(IdOf("s"), inBatches: true);

        await Stream("s").OnNextBatchAsync(Enumerable.Range(0, 200).Select(static i => new TestEvent("p", i)));

        await got.HasAsync(200);
        AssertInOrder(got, "p", 200);
    }

    [Fact]
    public async Task Observer_in_a_client_gets_everything_in_order()
    {
        var got = Deliveries.Of(Named("client"));
        var handle = await Stream("s").SubscribeAsync((item, token) =>
        {
            got.Add(new Delivered(item, token.SequenceNumber));
            return Task.CompletedTask;
        });

        await PublishAsync(Stream("s"), "p", 0, 50);
        await got.HasAsync(50);
        AssertInOrder(got, "p", 50);

        // Nothing comes behind the end of the subscription: another subscriber has what it no longer gets.
        await handle.UnsubscribeAsync();
        var (_, other) = await SubscribeAsync("other", "s");
        await PublishAsync(Stream("s"), "p", 50, 10);
        await other.HasAsync(10);
        Assert.Equal(50, got.Events.Count);
    }

    [Fact]
    public async Task What_a_client_publishes_is_an_event_and_what_a_stream_publishes_is_a_message()
    {
        var (_, got) = await SubscribeAsync("both", "s");
        await using var reader = await Silos.BrokerClient.OpenReaderAsync(StreamSilos.Topic, new ReaderOptions { Start = StartAt.Earliest });
        await using var producer = await Silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic, new TypedProducerOptions<TestEvent> { Key = _ => Named("s") });

        await producer.PublishAsync(new TestEvent("client", 0));
        await Stream("s").OnNextAsync(new TestEvent("stream", 0));

        await got.HasAsync(2);
        Assert.Equal(["client", "stream"], got.Events.Select(static delivered => delivered.Event.Producer));
        var read = new List<Client.Delivery>();
        await foreach (var message in reader.ReadAsync())
        {
            read.Add(message);
            if (read.Count == 2)
            {
                break;
            }
        }

        var serializer = new JsonMessageSerializer<TestEvent>();
        Assert.Equal(got.Events.Select(static delivered => delivered.Event), read.Select(message => message.Read(serializer)));
        Assert.Equal(got.Events.Select(static delivered => delivered.Offset), read.Select(static message => message.Offset.Value));
        Assert.All(read, message => Assert.Equal(Named("s"), System.Text.Encoding.UTF8.GetString(message.Key!.Value.Span)));
    }

    [Fact]
    public async Task Unsubscribed_consumer_gets_nothing_more_and_others_go_on()
    {
        var (leaving, left) = await SubscribeAsync("leaving", "s");
        var (_, staying) = await SubscribeAsync("staying", "s");
        await PublishAsync(Stream("s"), "p", 0, 5);
        await left.HasAsync(5);

        await leaving.UnsubscribeAsync(IdOf("s"));
        await PublishAsync(Stream("s"), "p", 5, 5);

        await staying.HasAsync(10);
        Assert.Equal(5, left.Events.Count);
        Assert.Equal(0, await leaving.CountAsync(IdOf("s")));
    }

    private protected string Named(string name) => $"{name} {_run}";

    private protected StreamId IdOf(string stream) => StreamId.Create(StreamSilos.Topic, Named(stream));

    private protected IAsyncStream<TestEvent> Stream(string stream) => Silos.StreamOf<TestEvent>(Named(stream));

    /// <summary>A stream to which a grain is subscribed by its class, and what that grain gets.</summary>
    private protected (IAsyncStream<TestEvent> Stream, Deliveries Got) Implicit(string stream) =>
        (Silos.StreamOf<TestEvent>(Named(stream), ImplicitGrain.Topic), Deliveries.Of(ImplicitGrain.NameOf(Named(stream))));

    private protected IConsumerGrain Consumer(string name, string stream, out Deliveries got)
    {
        var key = $"{Named(name)}@{StreamSilos.Topic}/{Named(stream)}";
        got = Deliveries.Of(key);
        return Silos.Grains.GetGrain<IConsumerGrain>(key);
    }

    private protected async Task<(IConsumerGrain Grain, Deliveries Got)> SubscribeAsync(string name, string stream)
    {
        var grain = Consumer(name, stream, out var got);
        await grain.SubscribeAsync(IdOf(stream));
        return (grain, got);
    }

    private protected static async Task PublishAsync(IAsyncStream<TestEvent> stream, string producer, int first, int count)
    {
        foreach (var some in Enumerable.Range(first, count).Chunk(10))
        {
            await stream.OnNextBatchAsync(some.Select(i => new TestEvent(producer, i)));
        }
    }

    /// <summary>A consumer got every event of a producer, each once and in order.</summary>
    private protected static void AssertInOrder(Deliveries got, string producer, int count) => Assert.Equal(
        Enumerable.Range(0, count), got.Events.Where(delivered => delivered.Event.Producer == producer).Select(static delivered => delivered.Event.Number));
}
