using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Client;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>What is kept of positions, and when.</summary>
public sealed class KeptPositionsTests
{
    private static readonly StreamId Stream = StreamId.Create(StreamSilos.Topic, "s");

    private readonly KeptByGrains _kept = new();
    private readonly string _name = $"{Guid.NewGuid():N}@{StreamSilos.Topic}/s";

    private Deliveries Got => Deliveries.Of(_name);

    [Fact]
    public async Task Going_back_is_kept_before_anything_is_delivered_again()
    {
        await using var silos = await StartAsync(1, static streams => streams.CommitPeriod = TimeSpan.FromHours(1));
        var grain = silos.Grains.GetGrain<IConsumerGrain>(_name);
        await grain.SubscribeAsync(Stream);
        await PublishAsync(silos, 0, 10);
        await Got.HasAsync(10);

        await grain.RewindAsync(Stream, 4, null);
        await Got.HasAsync(11);

        Assert.True(_kept.Has(static (_, change) => change.Lagging.Any(static item => item.Next == 4)));
    }

    [Fact]
    public async Task Position_of_a_subscription_that_ended_is_forgotten()
    {
        await using var silos = await StartAsync(1, static streams =>
        {
            streams.DeliveryAttempts = int.MaxValue;
            streams.CommitPeriod = TimeSpan.FromMilliseconds(50);
        });
        var grain = silos.Grains.GetGrain<IConsumerGrain>(_name);
        var subscription = await grain.SubscribeAsync(Stream);
        await grain.FailAtAsync(1);
        await PublishAsync(silos, 0, 2);
        await _kept.HasAsync((_, change) => change.Lagging.Any(item => item.Subscription == subscription));

        await grain.UnsubscribeAsync(Stream);

        await _kept.HasAsync((_, change) => change.Gone.Any(item => item.Subscription == subscription));
    }

    [Fact]
    public async Task Silo_that_joins_takes_streams_over_where_they_are()
    {
        await using var silos = await StartAsync(2, static _ => { }, partitions: 12);
        var run = Guid.NewGuid().ToString("N");
        var names = Enumerable.Range(0, 24).Select(stream => $"j{stream} {run}").ToList();
        await using var producer = await silos.BrokerClient.OpenProducerAsync(ImplicitGrain.Topic, new TypedProducerOptions<TestEvent> { Key = static item => item.Producer });
        async Task PublishToAllAsync(int number) => await Task.WhenAll(names.Select(name => producer.PublishAsync(new TestEvent(name, number)).AsTask()));
        await PublishToAllAsync(0);

        var joined = await silos.Cluster.StartAdditionalSiloAsync(startAdditionalSiloOnNewPort: true);
        var serves = _kept.HasAsync((silo, change) => silo.Equals(joined.SiloAddress) && change.Frontier > 0);
        var last = 0;
        while (!serves.IsCompleted)
        {
            await PublishToAllAsync(++last);
            await Deliveries.Of(ImplicitGrain.NameOf(names[0])).HasDistinctAsync(last + 1);
        }

        await serves;
        await Task.WhenAll(names.Select(name => Deliveries.Of(ImplicitGrain.NameOf(name)).HasDistinctAsync(last + 1)));
        Assert.All(names, name => StreamTests.AssertOrderWithRepetitions(Deliveries.Of(ImplicitGrain.NameOf(name)), last + 1));
    }

    private static Task PublishAsync(StreamSilos silos, int first, int count) =>
        silos.StreamOf<TestEvent>("s").OnNextBatchAsync(Enumerable.Range(first, count).Select(static i => new TestEvent("p", i)));

    private async Task<StreamSilos> StartAsync(short silos, Action<OrleansQueueStreamOptions> configure, int partitions = 1)
    {
        var memory = new SharedMemory();
        var options = Settings.Of(silos, silo => silo.Services.AddSingleton(memory));
        return await StreamSilos.StartAsync(options with
        {
            Partitions = partitions,
            Streams = configure,
            Silo = silo => silo.AddIncomingGrainCallFilter(_kept),
        });
    }
}
