using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Going on after consumers and silos left.</summary>
public abstract partial class StreamSpec
{
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

    [Fact]
    public async Task Events_that_nobody_took_before_a_restart_are_delivered_after_it_in_order()
    {
        var (grain, got) = await SubscribeAsync("back", "s");
        await grain.FailAtAsync(10);
        await PublishAsync(Stream("s"), "p", 0, 30);
        await got.HasAsync(10);

        // The event at which it failed, and those behind it, are still to come.
        await RestartAsync();

        await got.HasDistinctAsync(30);
        AssertOrderWithRepetitions(got, 30);
    }

    [Fact]
    public async Task Events_that_were_taken_do_not_come_again_after_a_restart()
    {
        var (_, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "p", 0, 30);
        await got.HasAsync(30);

        await RestartAsync();
        await PublishAsync(Stream("s"), "p", 30, 5);

        await got.HasAsync(35);
        AssertInOrder(got, "p", 35);
    }

    [Fact]
    public async Task Events_that_are_published_while_no_silo_serves_streams_are_delivered_later()
    {
        var (_, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "p", 0, 5);
        await got.HasAsync(5);

        await RestartAsync(static options => options with { HasStreams = false });
        await using (var producer = await Silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic, new Client.TypedProducerOptions<TestEvent> { Key = _ => Named("s") }))
        {
            await producer.PublishAsync(Enumerable.Range(5, 5).Select(static i => new TestEvent("p", i)));
        }

        await RestartAsync();

        await got.HasAsync(10);
        AssertInOrder(got, "p", 10);
    }

    [Fact]
    public async Task Topic_that_is_created_anew_is_read_from_its_beginning_by_the_same_subscriptions()
    {
        var (_, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "old", 0, 5);
        await got.HasAsync(5);
        var settings = (await Silos.Broker.FindTopicAsync(StreamSilos.Topic, CancellationToken.None))!.Settings;

        Assert.True(await Silos.Broker.DeleteTopicAsync(StreamSilos.Topic, CancellationToken.None));
        Assert.IsType<Broker.CreateTopicResult.Created>(await Silos.Broker.CreateTopicAsync(StreamSilos.Topic, settings, CancellationToken.None));
        await using (var producer = await Silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic, new Client.TypedProducerOptions<TestEvent> { Key = _ => Named("s") }))
        {
            await producer.PublishAsync(Enumerable.Range(0, 5).Select(static i => new TestEvent("new", i)));
        }

        await got.HasAsync(10);
        AssertInOrder(got, "old", 5);
        AssertInOrder(got, "new", 5);
    }

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
}
