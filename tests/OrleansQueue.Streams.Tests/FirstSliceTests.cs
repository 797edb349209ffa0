using OrleansQueue.Client;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

public sealed class FirstSliceTests
{
    [Fact]
    public async Task Implicit_subscriber_gets_events_of_streams_and_of_clients_in_order()
    {
        await using var silos = await StreamSilos.StartAsync(new StreamSilosOptions { Broker = Memory });
        var stream = silos.StreamOf<TestEvent>("a", ImplicitGrain.Topic);
        for (var i = 0; i < 10; i++)
        {
            await stream.OnNextAsync(new TestEvent("p", i));
        }

        await using var producer = await silos.BrokerClient.OpenProducerAsync(ImplicitGrain.Topic, new TypedProducerOptions<TestEvent> { Key = _ => "a" });
        await producer.PublishAsync(new TestEvent("p", 10));
        var got = Deliveries.Of(ImplicitGrain.NameOf("a"));
        await got.HasAsync(11);
        Assert.Equal(Enumerable.Range(0, 11), got.Events.Select(delivered => delivered.Event.Number));
    }

    [Fact]
    public async Task Explicit_subscriber_gets_events_in_order()
    {
        await using var silos = await StreamSilos.StartAsync(new StreamSilosOptions { Broker = Memory });
        var grain = silos.Grains.GetGrain<IConsumerGrain>("explicit");
        await grain.SubscribeAsync(StreamId.Create(StreamSilos.Topic, "b"));
        await silos.StreamOf<TestEvent>("b").OnNextBatchAsync(Enumerable.Range(0, 100).Select(i => new TestEvent("p", i)));
        var got = Deliveries.Of("explicit");
        await got.HasAsync(100);
        Assert.Equal(Enumerable.Range(0, 100), got.Events.Select(delivered => delivered.Event.Number));
    }

    private static void Memory(ISiloBuilder silo) =>
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.Storage = StorageKind.Memory)).AddOrleansQueueGrainStorage("PubSubStore");
}
