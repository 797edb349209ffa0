using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Handling;

/// <summary>How handlers get their messages.</summary>
[Collection(nameof(ActivityListener))]
public sealed class HandlerTests
{
    [Fact]
    public void Each_message_has_a_scope_of_its_own_and_knows_where_it_comes_from() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("a", new PublishOptions { Key = "k", MessageId = "id-1", CorrelationId = "c", ReplyTo = "answers" });
            await producer.PublishAsync("b");
        }

        var script = new HandlerScript();
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["a", "b"], script.Texts);
        Assert.Equal(2, script.Scopes.Distinct().Count());
        var message = script.Seen[0];
        Assert.Equal(("orders", 0, 0L, "k", "id-1", "c", "answers", "billing", 1), (message.Topic, message.Partition.Number, message.Offset.Value, message.KeyText, message.MessageId, message.CorrelationId, message.ReplyTo, message.Group, message.Attempt));
    });

    [Fact]
    public void Partitions_are_handled_side_by_side_up_to_the_limit_and_each_in_order() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(4, [.. Enumerable.Range(0, 40).Select(number => $"{number:00}")]);
        var (now, most) = (0, 0);
        var script = new HandlerScript
        {
            OnMessage = async (_, _) =>
            {
                most = Math.Max(most, ++now);
                await run.PassAsync(TimeSpan.FromMilliseconds(20));
                now--;
            },
        };
        await using var host = await run.HandleAsync(script, options => options.MaxConcurrency = 3);
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal((40, 3), (script.Seen.Count, most));
        Assert.All(script.Seen.GroupBy(message => message.Partition), own => Assert.Equal(own.Select(each => each.Offset).Order(), own.Select(each => each.Offset)));
    });

    [Fact]
    public void A_member_that_hears_nothing_for_its_session_cancels_also_what_it_gives_up() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        CancellationToken handling = default;
        var script = new HandlerScript
        {
            OnMessage = (_, token) =>
            {
                handling = token;
                return run.Clock.After(TimeSpan.FromMinutes(10), token);
            },
        };
        await using var host = await run.HandleAsync(script, options => options.Consumer = options.Consumer with { DrainTimeout = TimeSpan.FromMinutes(5) });
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(handling.IsCancellationRequested);

        run.Broker.OnCall = static _ => throw new BrokerUnavailableException("Nobody there.");
        await run.PassAsync(TimeSpan.FromSeconds(60));
        Assert.True(handling.IsCancellationRequested);
        run.Broker.OnCall = static _ => { };
    });

    [Fact]
    public void A_partition_that_was_to_come_back_does_not_where_the_membership_is_lost() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var script = new HandlerScript { OnMessage = (_, token) => run.Clock.After(TimeSpan.FromMinutes(10), token) };
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Assign([]);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Assign([(run.Broker.Topic("orders"), 0)]);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        run.Broker.OnCall = static verb => _ = verb == "join" ? throw new BrokerUnavailableException("Nobody there.") : 0;
        run.Broker.Group.Expel();
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["a"], script.Texts);

        run.Broker.OnCall = static _ => { };
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["a", "a"], script.Texts);
    });

    [Fact]
    public void A_batch_is_full_or_has_waited() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a", "b", "c", "d", "e");
        var script = new HandlerScript();
        await using var host = await run.HandleBatchesAsync(script, options => options.MaxMessages = 2);
        await run.PassAsync(TimeSpan.FromMilliseconds(150));
        Assert.Equal([["a", "b"], ["c", "d"]], script.Batches);

        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["e"], script.Batches[2]);

        await run.PublishMoreAsync(1, "f");
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        await run.PublishMoreAsync(1, "g");
        await run.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(["f", "g"], Assert.Single(script.Batches.Skip(3)));
        Assert.Equal(7, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void Of_a_batch_only_what_is_named_is_tried_again_and_the_commit_stops_before_it() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a", "b", "bad", "d");
        var script = new HandlerScript
        {
            OnBatch = batch => batch.FirstOrDefault(message => message.Message == "bad") is { Attempt: < 5 } bad
                ? throw new BatchFailedException(new Dictionary<MessageContext, Exception> { [bad] = new InvalidDataException("bad") })
                : Task.CompletedTask,
        };
        await using var host = await run.HandleBatchesAsync(script, options => options.Group.FirstRetry = TimeSpan.FromSeconds(1));
        await run.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal(2, run.Broker.Group.OffsetOf(0));

        await run.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([["a", "b", "bad", "d"], ["bad"], ["bad"], ["bad"], ["bad"]], script.Batches);
        Assert.Equal(4, run.Broker.Group.OffsetOf(0));
    });

    [Fact]
    public void A_batch_that_fails_whole_is_dead_lettered_message_by_message_in_order() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a", "b", "c");
        var script = new HandlerScript { OnBatch = static _ => throw new InvalidDataException() };
        await using var host = await run.HandleBatchesAsync(script, options => options.Group.Attempts = 2);
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal([0L, 1, 2], run.Broker.Group.DeadLetters.Select(letter => letter.Message.Offset.Value));
        Assert.Equal(2, script.Batches.Count);
    });

    [Fact]
    public void Each_handler_takes_its_own_type_and_an_unknown_one_follows_the_failures() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using (var texts = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string> { TypeAlias = "text" }))
        await using (var numbers = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<int> { TypeAlias = "number" }))
        await using (var others = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<int> { TypeAlias = "other" }))
        {
            await texts.PublishAsync("a");
            await numbers.PublishAsync(1);
            await others.PublishAsync(2);
            await texts.PublishAsync("b");
        }

        var script = new HandlerScript();
        await using var host = await HandlerHost.StartAsync(run, queue => queue.With(script)
            .AddTopic<string>("orders", topic => topic.Type("text"))
            .AddTopic<int>("orders", topic => topic.Type("number"))
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing")
            .AddStreamHandler<int, NumberHandler>("orders", "billing"));
        await run.PassAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(["a", 1, "b"], script.Seen.Select(message => message is MessageContext<int> number ? number.Message : (object)((MessageContext<string>)message).Message));
        Assert.Equal(2, Assert.Single(run.Broker.Group.DeadLetters).Message.Offset.Value);
    });

    [Fact]
    public void Silence_of_a_session_cancels_what_is_in_hand_and_it_comes_again() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var cancelledAt = default(DateTimeOffset?);
        var script = new HandlerScript { OnMessage = (message, token) => message.Attempt == 1 && cancelledAt is null ? HangAsync(token) : Task.CompletedTask };
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromMilliseconds(100));
        var isOut = true;
        run.Broker.OnCall = _ =>
        {
            if (isOut)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };
        var began = run.Clock.GetUtcNow();
        await run.PassAsync(TimeSpan.FromSeconds(40));

        Assert.InRange(cancelledAt!.Value - began, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(31));
        isOut = false;
        await run.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(["a", "a"], script.Texts);
        Assert.Equal(1, run.Broker.Group.OffsetOf(0));

        async Task HangAsync(CancellationToken token)
        {
            var cancelled = new TaskCompletionSource();
            await using var ending = token.Register(cancelled.SetResult);
            await cancelled.Task;
            cancelledAt = run.Clock.GetUtcNow();
            token.ThrowIfCancellationRequested();
        }
    });

    [Fact]
    public void A_handler_goes_on_in_the_trace_of_its_message() => Simulation.Run(async run =>
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";

        // Listeners hear the whole process, so handlers of other tests are kept out, and may come in from other threads all the same.
        var activities = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "OrleansQueue",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId.ToString() == Trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        run.Broker.CreateTopic("orders", 1);
        await using (var producer = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<string>()))
        {
            await producer.PublishAsync("a", new PublishOptions { Headers = [new("traceparent", $"00-{Trace}-b7ad6b7169203331-01")] });
        }

        await using var host = await run.HandleAsync(new HandlerScript());
        await run.PassAsync(TimeSpan.FromSeconds(1));

        var activity = Assert.Single(activities, activity => activity.TraceId.ToString() == Trace);
        Assert.Equal(("process orders", "b7ad6b7169203331", ActivityKind.Consumer), (activity.DisplayName, activity.ParentSpanId.ToString(), activity.Kind));
        Assert.Equal("billing", activity.GetTagItem("messaging.consumer.group.name"));
    });
}
