using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>What handlers of a queue group get, and what becomes of messages when they return or throw.</summary>
public sealed class QueueHandlerTests
{
    [Fact]
    public void A_message_is_completed_when_its_handler_returns_in_a_scope_of_its_own() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 10);
        var script = new HandlerScript();
        await using var host = await run.HandleQueueAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 10).Select(number => $"{number}").Order(), script.Texts.Order());
        Assert.Equal(10, script.Scopes.Distinct().Count());
        Assert.Equal(10, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
        Assert.Equal(GroupKind.Queue, Assert.Single(run.Broker.Group.Joins).Create!.Kind);
    });

    [Fact]
    public void So_many_are_processed_at_once_as_the_options_say() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 20);
        var now = 0;
        var most = 0;
        var script = new HandlerScript
        {
            OnMessage = async (_, _) =>
            {
                most = Math.Max(most, ++now);
                await run.PassAsync(TimeSpan.FromMilliseconds(50));
                now--;
            },
        };
        await using var host = await run.HandleQueueAsync(script, static options => options.Concurrency = 5);
        await run.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal((5, 20), (most, script.Seen.Count));
    });

    [Fact]
    public void A_handler_that_throws_abandons_and_gets_the_message_again_with_a_higher_count() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var script = new HandlerScript { OnMessage = (message, _) => message is { Message: "0", DeliveryCount: < 3 } ? throw new InvalidDataException("zero") : Task.CompletedTask };
        await using var host = await run.HandleQueueAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal([1, 2, 3], script.Seen.OfType<MessageContext<string>>().Where(message => message.Message == "0").Select(message => message.DeliveryCount));
        var abandoned = run.Broker.Queue.Settlements.Select(each => each.Settlement).Where(each => each.Kind == SettlementKind.Abandon).ToList();
        Assert.Equal(2, abandoned.Count);
        Assert.All(abandoned, each => Assert.Equal((null, "System.IO.InvalidDataException: zero"), (each.Time, each.Error)));
        Assert.Equal(2, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
    });

    [Fact]
    public void A_handler_can_reject_a_message_or_choose_when_it_comes_again() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var script = new HandlerScript
        {
            OnMessage = (message, _) => message.Message == "0"
                ? throw new RejectMessageException("no such customer", new InvalidDataException("C-1"))
                : message.DeliveryCount == 1 ? throw new RetryLaterException(TimeSpan.FromMinutes(2)) : Task.CompletedTask,
        };
        await using var host = await run.HandleQueueAsync(script);
        await run.PassAsync(TimeSpan.FromMinutes(1));

        var told = run.Broker.Queue.Settlements.Select(each => each.Settlement).OrderBy(each => each.Offsets.First).ToList();
        Assert.Equal((SettlementKind.DeadLetter, "no such customer", "System.IO.InvalidDataException: C-1"), (told[0].Kind, told[0].Reason, told[0].Error));
        Assert.Equal((SettlementKind.Abandon, TimeSpan.FromMinutes(2)), (told[1].Kind, told[1].Time));
        await run.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(SettlementKind.Complete, run.Broker.Queue.At(run.Partition(0), 1).Settled);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new RetryLaterException(TimeSpan.FromDays(8)));
    });

    [Fact]
    public void What_cannot_be_read_is_dead_lettered_at_once() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 0);
        await using (var producer = await run.Client.OpenProducerAsync("orders"))
        {
            await producer.Publish("no JSON");
        }

        var script = new HandlerScript();
        await using var host = await run.HandleQueueAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        var told = Assert.Single(run.Broker.Queue.Settlements).Settlement;
        Assert.Equal((SettlementKind.DeadLetter, "unreadable"), (told.Kind, told.Reason));
        Assert.Empty(script.Seen);
    });

    [Fact]
    public void A_handler_that_hangs_is_cancelled_and_its_message_comes_again_while_progress_gives_it_time() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var cancelled = 0;
        var script = new HandlerScript
        {
            OnMessage = async (message, token) =>
            {
                if (message is { Message: "0", DeliveryCount: 1 })
                {
                    try
                    {
                        await new TaskCompletionSource().Task.WaitAsync(token);
                    }
                    finally
                    {
                        cancelled++;
                    }
                }

                for (var i = 0; i < 4 && message.Message == "1"; i++)
                {
                    await run.Clock.After(TimeSpan.FromSeconds(8), token);
                    message.ReportProgress();
                }
            },
        };
        await using var host = await run.HandleQueueAsync(script, static options => options.MaxProcessingTime = TimeSpan.FromSeconds(10));
        await run.PassAsync(TimeSpan.FromSeconds(40));

        Assert.Equal(1, cancelled);
        Assert.Equal([1, 2], script.Seen.OfType<MessageContext<string>>().Where(message => message.Message == "0").Select(message => message.DeliveryCount));
        Assert.Equal(1, script.Seen.OfType<MessageContext<string>>().Count(message => message.Message == "1"));
        Assert.Equal(2, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
        Assert.Empty(run.Broker.Queue.Refusals);
    });

    [Fact]
    public void Stop_lets_handlers_finish_and_gives_the_rest_back() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 10);
        var script = new HandlerScript { OnMessage = async (_, _) => await run.PassAsync(TimeSpan.FromSeconds(5)) };
        await using var host = await run.HandleQueueAsync(script, static options => options.Concurrency = 3);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        await host.StopAsync();

        Assert.Equal((3, 7), (run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count(), run.Broker.Queue.OffsetsSettled(SettlementKind.Release).Count()));
        Assert.Equal((1, 0), (run.Broker.Group.Leaves, run.Broker.Queue.LeasedNow));
    });

    [Fact]
    public void At_most_once_is_completed_before_the_handler_sees_it() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 3);
        var settled = new List<SettlementKind?>();
        var script = new HandlerScript
        {
            OnMessage = (message, _) =>
            {
                settled.Add(run.Broker.Queue.At(run.Partition(0), message.Offset.Value).Settled);
                throw new InvalidDataException();
            },
        };
        await using var host = await run.HandleQueueAsync(script, static options => options.Delivery = DeliveryMode.AtMostOnce);
        await run.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal([SettlementKind.Complete, SettlementKind.Complete, SettlementKind.Complete], settled);
        Assert.DoesNotContain(run.Broker.Queue.Settlements, each => each.Settlement.Kind == SettlementKind.Abandon);
    });

    [Fact]
    public void Batches_are_filled_over_partitions_and_settle_as_they_say() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(2, 10);
        var script = new HandlerScript();
        script.OnBatch = batch => script.Batches.Count == 1
            ? throw new BatchFailedException(new Dictionary<MessageContext, Exception> { [batch[0]] = new InvalidDataException("first") })
            : Task.CompletedTask;
        await using var host = await HandlerHost.StartAsync(run, queue => queue.With(script).AddQueueBatchHandler<string, ScriptedBatchHandler>("orders", "billing", options =>
        {
            options.MaxMessages = 6;
            options.Group.Concurrency = 1;
        }));
        await run.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal([6, 4, 1], script.Batches.Select(batch => batch.Count));
        Assert.Equal(10, run.Broker.Queue.OffsetsSettled(SettlementKind.Complete).Count());
        Assert.Single(run.Broker.Queue.OffsetsSettled(SettlementKind.Abandon));
    });

    [Fact]
    public void A_group_of_another_kind_stops_the_start() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var wrong = await Assert.ThrowsAsync<GroupKindException>(() => run.HandleQueueAsync(new HandlerScript()));
        Assert.Equal((GroupKind.Stream, "billing"), (wrong.Kind, wrong.Group));
        Assert.DoesNotContain('\n', wrong.Message);
    });

    [Fact]
    public void A_group_cannot_have_handlers_of_both_kinds() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => HandlerHost.StartAsync(run, queue => queue.With(new())
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing").AddQueueHandler<string, ScriptedHandler>("orders", "billing")));
        Assert.Contains("group kind is Queue; allowed is Stream", wrong.Message, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("prefetch")]
    [InlineData("prefetch bytes")]
    [InlineData("max processing time")]
    [InlineData("lease")]
    [InlineData("concurrency")]
    [InlineData("max deliveries")]
    public void Options_out_of_their_range_are_named(string field)
    {
        var options = new QueueHandlerOptions();
        _ = field switch
        {
            "prefetch" => options.Prefetch = 0,
            "prefetch bytes" => (options.Consumer = options.Consumer with { PrefetchBytes = 1 }).PrefetchBytes,
            "max processing time" => (int)(options.MaxProcessingTime = TimeSpan.Zero).Ticks,
            "lease" => (options.Consumer = options.Consumer with { Lease = TimeSpan.FromMilliseconds(1) }).Prefetch,
            "concurrency" => options.Concurrency = 0,
            _ => (options.NewGroup = new() { MaxDeliveries = 0 }).MaxDeliveries,
        };
        Assert.Equal(field, options.Check()!.Field);
    }
}
