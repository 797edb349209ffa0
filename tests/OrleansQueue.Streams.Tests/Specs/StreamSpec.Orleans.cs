using System.Diagnostics;
using Orleans.Streams.PubSub;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Orleans' own features.</summary>
public abstract partial class StreamSpec
{
    [Fact]
    public async Task Filter_decides_for_each_event_and_subscription()
    {
        var even = Consumer("even", "s", out var gotEven);
        await even.SubscribeAsync(IdOf("s"), filter: EvenFilter.Even);
        var (_, all) = await SubscribeAsync("all", "s");

        await Stream("s").OnNextBatchAsync(Enumerable.Range(0, 40).Select(static i => new TestEvent("p", i)));

        await all.HasAsync(40);
        await gotEven.HasAsync(20);
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => 2 * i), gotEven.Events.Select(static delivered => delivered.Event.Number));
    }

    [Fact]
    public async Task Subscriptions_are_managed_from_outside()
    {
        Assert.True(Silos.Streams.TryGetStreamSubscriptionManager(out var manager));
        var key = Named("managed");
        var grain = Silos.Grains.GetGrain<Grains.IManagedGrain>(key);
        var id = grain.GetGrainId();
        var added = await manager.AddSubscription(StreamSilos.Provider, IdOf("s"), (GrainReference)grain);
        Assert.Equal(id, Assert.Single(await manager.GetSubscriptions(StreamSilos.Provider, IdOf("s"))).GrainId);

        await PublishAsync(Stream("s"), "p", 0, 10);
        await Deliveries.Of(key).HasAsync(10);
        await manager.RemoveSubscription(StreamSilos.Provider, IdOf("s"), added.SubscriptionId);
        var (_, other) = await SubscribeAsync("other", "s");
        await PublishAsync(Stream("s"), "p", 10, 5);

        await other.HasAsync(5);
        AssertInOrder(Deliveries.Of(key), "p", 10);
        Assert.DoesNotContain(await manager.GetSubscriptions(StreamSilos.Provider, IdOf("s")), subscription => subscription.SubscriptionId == added.SubscriptionId);
    }

    [Fact]
    public async Task Delivery_is_traced_within_the_trace_of_the_publish()
    {
        var ended = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "OrleansQueue",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var (_, got) = await SubscribeAsync("traced", "s");
        using var mine = new Activity("test").Start();

        await Stream("s").OnNextAsync(new TestEvent("p", 0));
        await got.HasAsync(1);
        mine.Stop();
        await PublishAsync(Stream("s"), "p", 1, 1);
        await got.HasAsync(2);

        // The second event is given out when the first one's activity is over.
        var delivery = Assert.Single(ended, activity => activity.Kind == ActivityKind.Consumer && activity.TraceId == mine.TraceId);
        var publish = ended.First(activity => activity.Kind == ActivityKind.Producer && activity.TraceId == mine.TraceId);
        Assert.Equal($"process {StreamSilos.Topic}", delivery.OperationName);
        Assert.Equal(publish.SpanId, delivery.ParentSpanId);
        Assert.Equal(StreamSilos.Topic, delivery.GetTagItem("messaging.destination.name"));
    }

    [Fact]
    public async Task Stream_of_a_topic_that_the_provider_does_not_name_is_no_stream_of_it()
    {
        var unknown = Silos.Streams.GetStream<TestEvent>(StreamId.Create("unknown", "s"));

        await Assert.ThrowsAsync<Client.UnknownTopicException>(() => unknown.OnNextAsync(new TestEvent("p", 0)));
    }

    [Fact]
    public async Task Event_is_published_without_a_token() => await Assert.ThrowsAsync<NotSupportedException>(
        () => Stream("s").OnNextAsync(new TestEvent("p", 0), new OffsetToken(3)));
}
