using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>What the provider promises of silos that come after others, whatever they keep their logs in. Each test has silos of its own.</summary>
public abstract class StreamRestartSpec : StreamTests, IAsyncLifetime
{
    private readonly StreamSilosOptions _options;
    private StreamSilos? _silos;

    private protected StreamRestartSpec(StreamStorage storage) => _options = storage.NewSilos();

    private protected override StreamSilos Silos => _silos!;

    /// <summary>Starts the silos.</summary>
    public async Task InitializeAsync() => _silos = await StreamSilos.StartAsync(_options);

    /// <summary>Stops them.</summary>
    public async Task DisposeAsync() => await Silos.DisposeAsync();

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

        await RestartAsync(hasStreams: false);
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

    [Fact]
    public async Task Quiet_stream_is_rewound_after_a_restart_of_all_silos()
    {
        var (_, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "p", 0, 30);
        await got.HasAsync(30);

        await RestartAsync();
        await Consumer("back", "s", out _).RewindAsync(IdOf("s"), null, null);

        await got.HasAsync(60);
        Assert.Equal(Enumerable.Range(0, 30), got.Events.Skip(30).Select(static delivered => delivered.Event.Number));
    }

    /// <summary>Stops every silo and starts others on what is stored.</summary>
    private async Task RestartAsync(bool hasStreams = true)
    {
        await Silos.DisposeAsync();
        _silos = await StreamSilos.StartAsync(_options with { HasStreams = hasStreams });
    }
}
