using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansQueue.Batches;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>What a publish tells tracing.</summary>
[Collection(nameof(ActivityListener))]
public sealed class PublishActivityTests
{
    [Theory]
    [InlineData("bytes")]
    [InlineData("bytes with options")]
    [InlineData("typed")]
    public void A_publish_is_an_activity_in_the_trace_of_its_caller_that_the_message_carries(string how) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var raw = await run.Client.OpenProducerAsync("orders");
        await using var typed = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>());
        using var caller = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var activities = new ConcurrentQueue<Activity>();
        using var listener = Listen(caller, activities);
        var options = new PublishOptions { MessageId = "m-1" };

        var publish = how switch
        {
            "bytes" => raw.PublishAsync(NullableBytes.Null, new NullableBytes("a"u8)),
            "bytes with options" => raw.PublishAsync(new NullableBytes("a"u8), options),
            _ => typed.PublishAsync("a", options),
        };
        Assert.Same(caller, Activity.Current);
        await publish;

        var activity = Assert.Single(activities);
        Assert.Equal(("publish orders", ActivityKind.Producer, caller.SpanId), (activity.DisplayName, activity.Kind, activity.ParentSpanId));
        Assert.Equal(("orders", "0"), (activity.GetTagItem("messaging.destination.name"), activity.GetTagItem("messaging.destination.partition.id")));
        Assert.Equal(how == "bytes" ? null : "m-1", activity.GetTagItem("messaging.message.id"));
        var headers = Assert.Single(Stored.In(run.Broker.PartitionOf("orders", 0))).Headers;
        Assert.Equal(activity.Id, headers.Single(header => header.Name == HeaderNames.TraceParent).Text);
    });

    [Fact]
    public void A_publish_that_fails_says_so() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        using var caller = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var activities = new ConcurrentQueue<Activity>();
        using var listener = Listen(caller, activities);

        await Assert.ThrowsAsync<UnknownPartitionException>(() => producer.Publish("a", new PublishOptions { Partition = new(7) }));

        var activity = Assert.Single(activities);
        Assert.Equal((ActivityStatusCode.Error, typeof(UnknownPartitionException).FullName), (activity.Status, activity.GetTagItem("error.type")));
    });

    [Fact]
    public void Bytes_carry_the_trace_of_the_caller_also_where_nobody_listens() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        using var caller = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        await producer.Publish("a");
        await producer.Publish("b", new PublishOptions());

        Assert.All(Stored.In(run.Broker.PartitionOf("orders", 0)), record => Assert.Equal(caller.Id, Assert.Single(record.Headers).Text));
    });

    // Listeners hear the whole process, so what other tests publish is kept out.
    private static ActivityListener Listen(Activity caller, ConcurrentQueue<Activity> activities)
    {
        var trace = caller.TraceId;
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "OrleansQueue",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId == trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = stopped => Keep(stopped, trace, activities),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static void Keep(Activity stopped, ActivityTraceId trace, ConcurrentQueue<Activity> activities)
    {
        if (stopped.TraceId == trace)
        {
            activities.Enqueue(stopped);
        }
    }
}
