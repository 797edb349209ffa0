using Orleans.Streams;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>What the specs share: streams and subscribers that no other test has.</summary>
public abstract class StreamTests
{
    private readonly string _run = Guid.NewGuid().ToString("N");

    private protected abstract StreamSilos Silos { get; }

    /// <summary>Every event came; whatever came again, came again from some place on in order.</summary>
    internal static void AssertOrderWithRepetitions(Deliveries got, int count)
    {
        var highest = -1;
        var last = -1;
        foreach (var number in got.Events.Select(static delivered => delivered.Event.Number))
        {
            Assert.True(number <= highest + 1, $"Event {number} came when those up to {highest} had come: {highest + 1} was skipped.");
            Assert.True(number == last + 1 || number <= last, $"Event {number} came behind {last}.");
            (last, highest) = (number, Math.Max(highest, number));
        }

        Assert.Equal(count - 1, highest);
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
