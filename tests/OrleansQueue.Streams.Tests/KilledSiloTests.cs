using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Client;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.SiloHost.Tests;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>
/// Silos are killed in the middle of delivery, and others take over: every event comes at least once, in the order of its stream, and what was
/// kept as delivered does not come again. OQ_STREAM_ROUNDS says how often.
/// </summary>
public sealed class KilledSiloTests
{
    private const int Streams = 24;
    private const int Each = 60;

    private static readonly int Rounds = RunSetting.Of("OQ_STREAM_ROUNDS", 1);

    [Fact]
    public async Task Other_silos_go_on_where_the_killed_one_was()
    {
        var kept = new KeptByGrains();
        var memory = new SharedMemory();
        await using var silos = await StreamSilos.StartAsync(Settings.Of(3, silo => silo.Services.AddSingleton(memory)) with { Silo = silo => silo.AddIncomingGrainCallFilter(kept) });
        var run = Guid.NewGuid().ToString("N");
        var names = Enumerable.Range(0, Streams).Select(stream => $"k{stream} {run}").ToList();
        await using var producer = await silos.BrokerClient.OpenProducerAsync(ImplicitGrain.Topic, new TypedProducerOptions<TestEvent> { Key = static item => item.Producer });

        for (var round = 0; round < Rounds; round++)
        {
            var (first, middle) = (round * 2 * Each, ((round * 2) + 1) * Each);
            await PublishAsync(producer, names, first, Each);
            await AllHaveAsync(names, middle);
            await kept.HasAllAsync(silos.Broker, ImplicitGrain.Topic);
            var before = names.ConvertAll(static name => Got(name).Events.Count);

            var publishing = PublishAsync(producer, names, middle, Each);
            await Got(names[0]).HasDistinctAsync(middle + 1);
            await silos.Cluster.KillSiloAsync(silos.Cluster.SecondarySilos[round % 2]);
            await publishing;
            await silos.Cluster.StartAdditionalSiloAsync(startAdditionalSiloOnNewPort: true);
            await AllHaveAsync(names, middle + Each);

            for (var i = 0; i < names.Count; i++)
            {
                StreamTests.AssertOrderWithRepetitions(Got(names[i]), middle + Each);
                Assert.DoesNotContain(Got(names[i]).Events.Skip(before[i]), delivered => delivered.Event.Number < middle);
            }
        }
    }

    private static Deliveries Got(string name) => Deliveries.Of(ImplicitGrain.NameOf(name));

    private static Task AllHaveAsync(List<string> names, int count) => Task.WhenAll(names.Select(name => Got(name).HasDistinctAsync(count)));

    private static async Task PublishAsync(TopicProducer<TestEvent> producer, List<string> names, int first, int count)
    {
        foreach (var number in Enumerable.Range(first, count))
        {
            await Task.WhenAll(names.Select(name => producer.PublishAsync(new TestEvent(name, number)).AsTask()));
        }
    }
}
