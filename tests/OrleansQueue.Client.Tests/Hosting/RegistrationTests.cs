using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Hosting;

/// <summary>What an application says with the builder, and what its host makes of it.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void Topics_are_there_when_the_host_has_started_and_handlers_get_what_is_published() => Simulation.Run(async run =>
    {
        var script = new HandlerScript();
        await using var host = await HandlerHost.StartAsync(run, queue => queue.With(script)
            .AddTopic<string>("orders", topic => topic.Key(text => text).Partitions(3))
            .AddStreamHandler<string, ScriptedHandler>("orders", group: "billing"));
        Assert.Equal(3, run.Broker.Topic("orders").Settings.Partitions);
        var producer = host.Services.GetRequiredService<ITopicProducer<string>>();

        var receipts = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => producer.PublishAsync($"{number}", new PublishOptions { Key = "k" }).AsTask()));
        await run.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}"), script.Texts);
        Assert.Equal(Enumerable.Range(0, 20).Select(number => (Offset?)new Offset(number)), receipts.Select(receipt => receipt.Offset));
    });

    [Fact]
    public void A_service_may_publish_while_the_host_still_starts() => Simulation.Run(async run =>
    {
        var log = new LogList();
        await using var host = await HandlerHost.StartAsync(run, queue => queue.ConfigureClient(options => options with { Logging = log })
            .AddTopic<string>("orders", topic => topic.Partitions(3)).Services.AddHostedService<EarlyPublisher>());

        Assert.Equal(3, run.Broker.Topic("orders").Settings.Partitions);
        Assert.Single(run.Broker.Produced);
        Assert.Single(log.Entries, entry => entry.Id == 2030);
    });

    [Fact]
    public void Everything_that_is_said_adds() => Simulation.Run(async run =>
    {
        var script = new HandlerScript();
        await using var host = await HandlerHost.StartAsync(run, queue =>
        {
            queue.Services.AddOrleansQueueMessaging(more => more.AddTopic<string>("orders", topic => topic.Partitions(2)));
            queue.Services.AddOrleansQueueMessaging(more => more.AddTopic<string>("orders", topic => topic.RetentionTime(TimeSpan.FromDays(1))));
            queue.Services.AddOrleansQueueMessaging(more => more.AddTopic<int>("numbers"));
            queue.With(script)
                .AddStreamHandler<string, ScriptedHandler>("orders", "billing", options => options.MemberId = "m1")
                .AddStreamHandler<int, NumberHandler>("numbers", "billing", options => options.MaxConcurrency = 1);
        });

        var join = Assert.Single(run.Broker.Group.Joins);
        Assert.Equal(("m1", "orders, numbers"), (join.MemberId, string.Join(", ", join.Topics)));
        Assert.Equal(2, run.Broker.Topic("orders").Settings.Partitions);
    });

    [Fact]
    public void A_type_with_several_topics_has_a_producer_by_each_name() => Simulation.Run(async run =>
    {
        await using var host = await HandlerHost.StartAsync(run, queue => queue.AddTopic<string>("orders").AddTopic<string>("returns"));

        Assert.Equal("orders", host.Services.GetRequiredKeyedService<ITopicProducer<string>>("orders").Topic);
        Assert.Equal("returns", (await host.Services.GetRequiredKeyedService<ITopicProducer<string>>("returns").PublishAsync("a")).Topic);
        var several = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<ITopicProducer<string>>());
        Assert.Contains("orders, returns", several.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_topic_that_is_otherwise_is_a_warning_that_names_both_values_or_is_changed() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 2);
        var log = new LogList();
        await using (await HandlerHost.StartAsync(run, queue => queue.ConfigureClient(options => options with { Logging = log })
            .AddTopic<string>("orders", topic => topic.Partitions(5).Durability(Durability.Fsync))))
        {
            Assert.Equal(2, run.Broker.Topic("orders").Settings.Partitions);
            var warning = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Warning);
            Assert.StartsWith("Topic orders: partitions is 2, but the application says 5.", warning.Text, StringComparison.Ordinal);
        }

        await using (await HandlerHost.StartAsync(run, queue => queue.AddTopic<string>("orders", topic => topic.Partitions(5).AcceptForeignCodecs().ApplyChanges())))
        {
            Assert.Equal((5, true), (run.Broker.Topic("orders").Settings.Partitions, run.Broker.Topic("orders").Settings.AcceptForeignCodecs));
        }
    });

    [Fact]
    public void A_group_of_the_other_kind_stops_the_start_and_so_does_a_topic_that_is_not_there() => Simulation.Run(async run =>
    {
        var script = new HandlerScript();
        await Assert.ThrowsAsync<UnknownTopicException>(() => run.HandleAsync(script));
        run.Broker.CreateTopic("orders", 1);
        run.Broker.Group.Kind = GroupKind.Queue;

        await Assert.ThrowsAsync<GroupKindException>(() => run.HandleAsync(script));
    });

    [Fact]
    public void The_start_waits_for_a_broker_but_not_for_ever() => Simulation.Run(async run =>
    {
        var end = run.Clock.GetUtcNow() + TimeSpan.FromSeconds(20);
        run.Broker.OnCall = _ =>
        {
            if (run.Clock.GetUtcNow() < end)
            {
                throw new BrokerUnavailableException("Nobody there.");
            }
        };
        await using (await HandlerHost.StartAsync(run, queue => queue.AddTopic<string>("orders")))
        {
            Assert.Equal("orders", run.Broker.Topic("orders").Name);
        }

        end = DateTimeOffset.MaxValue;
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => HandlerHost.StartAsync(run, queue => queue.AddTopic<string>("orders")));
    });

    [Fact]
    public void A_stop_waits_for_what_is_in_hand_commits_it_and_leaves() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a", "b");
        var script = new HandlerScript { OnMessage = (_, _) => run.PassAsync(TimeSpan.FromSeconds(10)) };
        var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        await host.StopAsync();

        Assert.Equal(["a"], script.Texts);
        Assert.Equal((1L, 1), (run.Broker.Group.OffsetOf(0), run.Broker.Group.Leaves));
        await host.DisposeAsync();
    });

    [Fact]
    public void A_stop_cancels_what_does_not_end_in_time() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var script = new HandlerScript { OnMessage = (_, token) => run.Clock.After(TimeSpan.FromMinutes(10), token) };
        var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var began = run.Clock.GetUtcNow();

        await host.StopAsync();

        Assert.InRange(run.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(26));
        Assert.Null(run.Broker.Group.OffsetOf(0));
        Assert.Equal(1, run.Broker.Group.Leaves);
        await host.DisposeAsync();
    });

    [Fact]
    public void Handlers_their_last_commit_and_producers_share_one_time_to_drain() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a", "b");
        var script = new HandlerScript { OnMessage = (message, token) => message.Message == "a" ? Task.CompletedTask : run.Clock.After(TimeSpan.FromMinutes(10), token) };
        var host = await HandlerHost.StartAsync(run, queue => queue.With(script).AddTopic<string>("orders").AddStreamHandler<string, ScriptedHandler>(
            "orders", "billing", options => options.Consumer = options.Consumer with { CommitInterval = TimeSpan.FromMinutes(5) }));
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.OnProduce = _ => Fault.LostCall;
        run.Broker.OnCall = static verb => _ = verb == "commit" ? throw new BrokerUnavailableException("Nobody there.") : 0;
        var published = host.Services.GetRequiredService<ITopicProducer<string>>().PublishAsync("c").AsTask();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var began = run.Clock.GetUtcNow();

        await host.StopAsync();

        Assert.InRange(run.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(26));
        await host.DisposeAsync();
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => published);
    });

    [Fact]
    public void A_stop_flushes_a_producer_as_long_as_its_own_options_say() => Simulation.Run(async run =>
    {
        var host = await HandlerHost.StartAsync(run, queue => queue.AddTopic<string>("orders", topic => topic.Producer(new ProducerOptions { DrainTimeout = TimeSpan.FromSeconds(2) })));
        run.Broker.OnProduce = _ => Fault.LostCall;
        var published = host.Services.GetRequiredService<ITopicProducer<string>>().PublishAsync("a").AsTask();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var began = run.Clock.GetUtcNow();

        await host.StopAsync();

        Assert.InRange(run.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.5));
        await host.DisposeAsync();
        await Assert.ThrowsAsync<PublishOutcomeUnknownException>(() => published);
    });

    [Fact]
    public void A_callback_that_throws_when_it_is_cancelled_does_not_keep_the_member_in_the_group() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(2, "a", "b");
        var script = new HandlerScript { OnMessage = (_, token) => FailWhenCancelledAsync(run, token) };
        var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Assign([(run.Broker.Topic("orders"), 0)]);
        await run.PassAsync(TimeSpan.FromSeconds(26));
        Assert.Equal(1, Assert.Single(run.Broker.Group.Released).Partition.Partition.Number);

        await host.StopAsync();

        Assert.Equal(1, run.Broker.Group.Leaves);
        await host.DisposeAsync();
    });

    [Fact]
    public void A_callback_that_throws_when_the_member_is_expelled_does_not_keep_it_from_joining_again() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(2, "a", "b");
        var script = new HandlerScript { OnMessage = (_, token) => FailWhenCancelledAsync(run, token) };
        await using var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));

        run.Broker.Group.Expel();
        await run.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(2, run.Broker.Group.Joins.Count);
        Assert.Equal(["a", "a", "b", "b"], script.Texts.Order());
    });

    [Fact]
    public void A_member_that_is_expelled_while_it_stops_does_not_join_again() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var script = new HandlerScript { OnMessage = (_, token) => run.Clock.After(TimeSpan.FromMinutes(10), token) };
        var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var began = run.Clock.GetUtcNow();

        var stopping = host.StopAsync();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Expel();
        await stopping;

        Assert.Single(run.Broker.Group.Joins);
        Assert.InRange(run.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        await host.DisposeAsync();
    });

    [Fact]
    public void A_member_that_is_replaced_while_it_stops_cancels_what_it_has_in_hand() => Simulation.Run(async run =>
    {
        await run.PublishTextsAsync(1, "a");
        var script = new HandlerScript { OnMessage = (_, token) => run.Clock.After(TimeSpan.FromMinutes(10), token) };
        var host = await run.HandleAsync(script);
        await run.PassAsync(TimeSpan.FromSeconds(1));
        var began = run.Clock.GetUtcNow();

        var stopping = host.StopAsync();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        run.Broker.Group.Replace();
        await stopping;

        Assert.InRange(run.Clock.GetUtcNow() - began, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.Equal(0, run.Broker.Group.Leaves);
        await host.DisposeAsync();
    });

    [Fact]
    public void What_cannot_be_is_named_where_it_is_said()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddTopic<string>("a/b")));
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddTopic<string>("a", topic => topic.Partitions(0))));
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddTopic<string>("b", topic => topic.Type(""))));
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddStreamHandler<string, ScriptedHandler>("a", "")));
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddStreamHandler<string, ScriptedHandler>("a", "g", options => options.Attempts = 0)));
        Assert.Throws<ArgumentException>(() => services.AddOrleansQueueMessaging(queue => queue.AddStreamBatchHandler<string, ScriptedBatchHandler>("a", "h", options => options.MaxMessages = 0)));
    }

    [Fact]
    public void Two_handlers_for_the_same_messages_stop_the_start() => Simulation.Run(async run =>
    {
        var twice = await Assert.ThrowsAsync<InvalidOperationException>(() => HandlerHost.StartAsync(run, queue => queue.With(new HandlerScript())
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing")
            .AddStreamHandler<int, NumberHandler>("orders", "billing")));

        Assert.Contains("orders", twice.Message, StringComparison.Ordinal);
    });

    private static async Task FailWhenCancelledAsync(Simulation run, CancellationToken cancellationToken)
    {
        await using var failing = cancellationToken.Register(() => throw new InvalidDataException());
        await run.Clock.After(TimeSpan.FromMinutes(10), cancellationToken);
    }

    private sealed class EarlyPublisher(ITopicProducer<string> producer) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => producer.PublishAsync("a", cancellationToken: cancellationToken).AsTask();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
