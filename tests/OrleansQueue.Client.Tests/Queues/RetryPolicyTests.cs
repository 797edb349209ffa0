using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Queues;

/// <summary>Messages whose handler threw follow the policy of the exception.</summary>
public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Never = RetryPolicy.DeadLetterAtOnce;

    [Fact]
    public void Waits_grow_with_each_delivery_up_to_the_ceiling_and_the_last_failure_dead_letters() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 1);
        var times = new List<DateTimeOffset>();
        var script = new HandlerScript
        {
            OnMessage = (_, _) =>
            {
                times.Add(run.Clock.GetUtcNow());
                throw new TimeoutException("slow");
            },
        };
        await using var host = await run.HandleQueueAsync(script, static options =>
            options.On<TimeoutException>(new RetryPolicy { MaxDeliveries = 5, Backoff = TimeSpan.FromSeconds(10), MaxBackoff = TimeSpan.FromSeconds(30) }));
        await run.PassAsync(TimeSpan.FromMinutes(5));

        var told = Told(run);
        Assert.All(told, each => Assert.Equal("System.TimeoutException: slow", each.Error));
        Assert.Equal((5, SettlementKind.DeadLetter, "max-deliveries"), (told.Count, told[4].Kind, told[4].Reason));
        var waits = told.Take(4).Select(each => each.Time!.Value).ToList();
        Assert.All(waits.Zip([10, 20, 30, 30]), each => AssertAbout(TimeSpan.FromSeconds(each.Second), each.First));
        Assert.All(waits.Zip(times.Zip(times.Skip(1), (before, after) => after - before)), each => Assert.InRange(each.Second, each.First, each.First + TimeSpan.FromSeconds(1)));

        // Each delivery needs a lease, and settles with another one; nobody asks while there is only to wait.
        Assert.InRange(run.Broker.Queue.Leases.Count, 5, 20);
    });

    [Fact]
    public void Messages_that_failed_together_do_not_come_back_together() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 20);
        var script = new HandlerScript { OnMessage = static (_, _) => throw new TimeoutException() };
        await using var host = await run.HandleQueueAsync(script, static options => options.On<TimeoutException>(new RetryPolicy { Backoff = TimeSpan.FromSeconds(10) }));
        await run.PassAsync(TimeSpan.FromSeconds(5));

        var waits = Told(run).Select(each => each.Time!.Value).ToList();
        Assert.Equal(20, waits.Distinct().Count());
        Assert.All(waits, wait => AssertAbout(TimeSpan.FromSeconds(10), wait));
    });

    [Theory]
    [InlineData(typeof(FileNotFoundException), 10)]
    [InlineData(typeof(DirectoryNotFoundException), 100)]
    [InlineData(typeof(InvalidDataException), 1000)]
    [InlineData(typeof(Exception), 1000)]
    public void The_most_derived_type_decides_and_Exception_takes_the_rest(Type thrown, int seconds) => Simulation.Run(async run =>
    {
        var told = await FailAsync(run, (Exception)Activator.CreateInstance(thrown)!, static options => options
            .On<Exception>(Every(1000))
            .On<FileNotFoundException>(Every(10))
            .On<IOException>(Every(100)));

        AssertAbout(TimeSpan.FromSeconds(seconds), told.Time!.Value);
    });

    [Fact]
    public void What_no_policy_takes_follows_the_group_and_the_last_word_on_a_type_holds() => Simulation.Run(async run =>
    {
        var options = (QueueHandlerOptions options) => { options.On<IOException>(Never).On<IOException>(Every(10)); };
        var other = await FailAsync(run, new InvalidDataException(), options);
        Assert.Equal((SettlementKind.Abandon, null), (other.Kind, other.Time));
        AssertAbout(TimeSpan.FromSeconds(10), (await FailAsync(run, new IOException(), options)).Time!.Value);
    });

    [Fact]
    public void What_a_handler_says_of_a_message_holds_whatever_the_policies() => Simulation.Run(async run =>
    {
        static void Configure(QueueHandlerOptions options) => options.On<Exception>(Every(10)).On<RejectMessageException>(Every(10)).On<RetryLaterException>(Never);
        var rejected = await FailAsync(run, new RejectMessageException("no such customer"), Configure);
        Assert.Equal((SettlementKind.DeadLetter, "no such customer"), (rejected.Kind, rejected.Reason));
        var later = await FailAsync(run, new RetryLaterException(TimeSpan.FromMinutes(2)), Configure);
        Assert.Equal((SettlementKind.Abandon, TimeSpan.FromMinutes(2)), (later.Kind, later.Time));
    });

    [Fact]
    public void A_wrapper_of_one_exception_counts_as_what_it_holds() => Simulation.Run(async run =>
    {
        static void Configure(QueueHandlerOptions options) => options.On<TimeoutException>(Every(10)).On<AggregateException>(Every(100));
        var slow = new TimeoutException("slow");
        foreach (var wrapper in new Exception[] { new AggregateException(slow), new TargetInvocationException(slow), new AggregateException(new TargetInvocationException(slow)) })
        {
            var told = await FailAsync(run, wrapper, Configure);
            AssertAbout(TimeSpan.FromSeconds(10), told.Time!.Value);
            Assert.Equal("System.TimeoutException: slow", told.Error);
        }

        AssertAbout(TimeSpan.FromSeconds(100), (await FailAsync(run, new AggregateException(slow, slow), Configure)).Time!.Value);
        AssertAbout(TimeSpan.FromSeconds(100), (await FailAsync(run, new SeveralException(slow), Configure)).Time!.Value);
        Assert.Equal("no", (await FailAsync(run, new AggregateException(new RejectMessageException("no")), Configure)).Reason);
    });

    [Fact]
    public void The_application_chooses_by_exception_and_message() => Simulation.Run(async run =>
    {
        static RetryPolicy? Choose(TimeoutException error, MessageContext message) => (error.Message, message.Topic) switch
        {
            ("never", "orders") => Never,
            ("later", "orders") => Every(10),
            _ => null,
        };
        List<Settlement> told = [];
        foreach (var text in (List<string>)["never", "later", "group"])
        {
            told.Add(await FailAsync(run, new TimeoutException(text), static options => options.On<TimeoutException>(Choose)));
        }

        Assert.Equal([SettlementKind.DeadLetter, SettlementKind.Abandon, SettlementKind.Abandon], told.Select(each => each.Kind));
        AssertAbout(TimeSpan.FromSeconds(10), told[1].Time!.Value);
        Assert.Null(told[2].Time);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_choice_that_cannot_be_made_is_logged_and_the_message_follows_the_group(bool throws) => Simulation.Run(async run =>
    {
        var log = new LogList();
        var told = await FailAsync(run, new TimeoutException(), options => options.On<TimeoutException>((_, _) => throws ? throw new KeyNotFoundException() : Every(-1)), log);

        Assert.Equal((SettlementKind.Abandon, null, "System.TimeoutException"), (told.Kind, told.Time, told.Error!.Split(':')[0]));
        Assert.Equal(1, log.Entries.Count(static entry => entry.Id == 2025));
    });

    [Fact]
    public void Each_message_of_a_batch_follows_its_own_exception() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 4);
        var script = new HandlerScript();
        script.OnBatch = batch => script.Batches.Count > 1 ? Task.CompletedTask : throw new BatchFailedException(new Dictionary<MessageContext, Exception>
        {
            [batch[0]] = new TimeoutException(),
            [batch[1]] = new AggregateException(new InvalidDataException("one")),
            [batch[2]] = new IOException(),
        });
        await using var host = await HandlerHost.StartAsync(run, queue => queue.With(script).AddQueueBatchHandler<string, ScriptedBatchHandler>("orders", "billing", static options =>
        {
            options.MaxMessages = 4;
            options.Group.Concurrency = 1;
            options.Group.On<TimeoutException>(Every(10)).On<InvalidDataException>(Never);
        }));
        await run.PassAsync(TimeSpan.FromMilliseconds(900));

        var told = Told(run).OrderBy(each => each.Offsets.First).ToList();
        Assert.Equal([SettlementKind.Abandon, SettlementKind.DeadLetter, SettlementKind.Abandon, SettlementKind.Complete], told.Select(each => each.Kind));
        AssertAbout(TimeSpan.FromSeconds(10), told[0].Time!.Value);
        Assert.Equal(("max-deliveries", "System.IO.InvalidDataException: one", null), (told[1].Reason, told[1].Error, told[2].Time));
    });

    [Fact]
    public void Messages_of_a_batch_that_was_cancelled_for_another_one_are_not_judged_by_that() => Simulation.Run(async run =>
    {
        await run.FillQueueAsync(1, 2);
        var script = new HandlerScript();
        script.OnBatch = async batch =>
        {
            for (var i = 0; i < 3 && script.Batches.Count == 1; i++)
            {
                batch[0].ReportProgress();
                await run.PassAsync(TimeSpan.FromSeconds(4));
            }

            // As a handler does whose call the token ended.
            throw new OperationCanceledException();
        };
        await using var host = await HandlerHost.StartAsync(run, queue => queue.With(script).AddQueueBatchHandler<string, ScriptedBatchHandler>("orders", "billing", static options =>
        {
            options.Group.Concurrency = 1;
            options.Group.MaxProcessingTime = TimeSpan.FromSeconds(10);
            options.Group.On<Exception>(Never);
        }));
        await run.PassAsync(TimeSpan.FromSeconds(12.5));

        var told = Told(run).Where(each => each.Kind != SettlementKind.Renew).Take(2).ToList();
        Assert.Equal([SettlementKind.Abandon, SettlementKind.Abandon], told.Select(each => each.Kind));
        Assert.StartsWith("System.TimeoutException: It was in hand", told[0].Error, StringComparison.Ordinal);
        Assert.StartsWith("System.OperationCanceledException", told[1].Error, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("max deliveries on TimeoutException", "0", "1 to 1000")]
    [InlineData("max deliveries on TimeoutException", "1001", "1 to 1000")]
    [InlineData("backoff on TimeoutException", "-00:00:01", "0 to 7.00:00:00")]
    [InlineData("max backoff on TimeoutException", "00:00:00.5000000", "00:00:01, the backoff, to 7.00:00:00")]
    [InlineData("retry policies", "1", "none with delivery at most once, which tries nothing again")]
    public void What_is_out_of_its_range_is_named_where_it_is_said(string field, string value, string limit)
    {
        var policy = (field.Split(" on ")[0], value) switch
        {
            ("max deliveries", _) => new RetryPolicy { MaxDeliveries = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) },
            ("backoff", _) => Every(-1),
            ("max backoff", _) => new RetryPolicy { MaxBackoff = TimeSpan.FromSeconds(0.5) },
            _ => Never,
        };
        var options = new QueueHandlerOptions { Delivery = field == "retry policies" ? DeliveryMode.AtMostOnce : DeliveryMode.AtLeastOnce };
        Assert.Equal(new Refusal(field, value, limit), options.On<TimeoutException>(policy).Check());
        var wrong = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOrleansQueueMessaging(queue => queue.AddQueueHandler<string, ScriptedHandler>("orders", "billing", wanted =>
        {
            wanted.Delivery = options.Delivery;
            wanted.On<TimeoutException>(policy);
        })));
        Assert.Contains($"{field} is {value}; allowed is {limit}.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_wait_is_longer_than_brokers_allow()
    {
        var policy = Every(7 * 86400);
        Assert.Null(policy.Check());
        var waits = Enumerable.Range(0, 100).Select(offset => policy.WaitAfter(1000, new(offset))).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.FromDays(5.6), TimeSpan.FromDays(7)));
        Assert.InRange(waits.Distinct().Count(), 30, 70);
    }

    private static RetryPolicy Every(int seconds) => new() { Backoff = TimeSpan.FromSeconds(seconds), MaxBackoff = TimeSpan.FromSeconds(seconds) };

    private static void AssertAbout(TimeSpan wait, TimeSpan found) => Assert.InRange(found, wait * 0.8, wait * 1.2);

    private static List<Settlement> Told(Simulation run) => [.. run.Broker.Queue.Settlements.Select(each => each.Settlement)];

    /// <summary>Has a handler throw for a message of a topic, and answers what the group is told of it.</summary>
    private static async Task<Settlement> FailAsync(Simulation run, Exception error, Action<QueueHandlerOptions> configure, LogList? log = null)
    {
        if (run.Broker.Queue.Settlements.Count == 0)
        {
            await run.FillQueueAsync(1, 1);
        }
        else
        {
            await run.PublishMoreAsync(1, "more");
        }

        var script = new HandlerScript { OnMessage = (_, _) => throw error };
        var before = Told(run).Count;
        await using var host = await HandlerHost.StartAsync(run, queue =>
        {
            queue.Services.AddSingleton<ILoggerFactory>(log ?? new LogList());
            queue.With(script).AddQueueHandler<string, ScriptedHandler>("orders", "billing", configure);
        });
        await run.PassAsync(TimeSpan.FromMilliseconds(500));
        return Assert.Single(Told(run).Skip(before));
    }

    private sealed class SeveralException(Exception inner) : AggregateException(inner);
}
