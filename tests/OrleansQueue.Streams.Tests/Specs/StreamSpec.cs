using Orleans.Streams;
using OrleansQueue.Client;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>
/// What the provider promises, whatever the silos keep their logs in: Orleans' own scenarios of streams, and those that other providers do not
/// promise. All of it goes on in the same silos; what needs silos of its own is in <see cref="StreamRestartSpec"/>.
/// </summary>
public abstract partial class StreamSpec : StreamTests
{
    private protected StreamSpec(StreamSilos silos) => Silos = silos;

    private protected override StreamSilos Silos { get; }

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
        await using var reader = await Silos.BrokerClient.OpenReaderAsync(StreamSilos.Topic, new ReaderOptions { Start = StartAt.End });
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

    [Fact]
    public async Task Consumer_that_was_deactivated_goes_on_where_it_was()
    {
        var (grain, got) = await SubscribeAsync("back", "s");
        var (stream, implicitly) = Implicit("s");
        await PublishAsync(Stream("s"), "p", 0, 10);
        await PublishAsync(stream, "p", 0, 10);
        await got.HasAsync(10);
        await implicitly.HasAsync(10);

        await grain.LeaveAsync();
        await Silos.Grains.GetGrain<IImplicitGrain>(Named("s")).LeaveAsync();
        await PublishAsync(Stream("s"), "p", 10, 10);
        await PublishAsync(stream, "p", 10, 10);

        await got.HasAsync(20);
        await implicitly.HasAsync(20);
        AssertInOrder(got, "p", 20);
        AssertInOrder(implicitly, "p", 20);
    }
}
