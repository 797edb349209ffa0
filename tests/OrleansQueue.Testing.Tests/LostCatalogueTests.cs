using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing.Tests;

/// <summary>A store comes back with its records and without its catalogue. A broker that took them for orphans and cleaned up would make the loss final.</summary>
public sealed class LostCatalogueTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public async Task Records_of_topics_that_nobody_knows_any_more_stay_and_can_be_read()
    {
        var store = new MemoryLogStore(default);
        TopicId lost;
        await using (var before = new InProcessBroker(store, _clock, new Random(1), new PartitionServerOptions()))
        {
            lost = await CreateAsync(before);
            Assert.IsType<ProduceResult.Appended>(await before.ProduceAsync(lost, new Partition(0), Batch.Of("precious"), default));
        }

        var records = LogId.ForPartition(lost, new Partition(0));
        foreach (var log in (await store.ListAsync(default)).Where(log => log != records))
        {
            await store.DeleteAsync(log, default);
        }

        await using (var after = new InProcessBroker(store, _clock, new Random(2), new PartitionServerOptions()))
        {
            Assert.Empty((await after.ListTopicsAsync(null, 100, default)).Topics);

            // Neither a topic of the same name nor its end, nor any time of retention, is about the old records.
            var anew = await CreateAsync(after);
            Assert.NotEqual(lost, anew);
            Assert.IsType<ProduceResult.Appended>(await after.ProduceAsync(anew, new Partition(0), Batch.Of("new"), default));
            _clock.Advance(TimeSpan.FromDays(30));
            Assert.True(await after.DeleteTopicAsync("orders", default));
            _clock.Advance(TimeSpan.FromDays(30));
        }

        Assert.Contains(records, await store.ListAsync(default));
        using var metrics = new BrokerMetrics();
        await using var server = new PartitionServer(store, lost, new Partition(0), new TopicSettings(), new PartitionServerOptions(), NoRetentionHolds.Instance, _clock, NoLogEvents.Instance, metrics);
        var read = await server.FetchAsync(new FetchRequest(new Position(lost, new Partition(0), Offset.Zero, Epoch.None)), default);
        Assert.Equal([(0, "precious")], Batch.Selected(Assert.IsType<FetchResult.Fetched>(read)));
    }

    private static async Task<TopicId> CreateAsync(InProcessBroker broker) =>
        Assert.IsType<CreateTopicResult.Created>(await broker.CreateTopicAsync("orders", new TopicSettings { Partitions = 1 }, default)).Topic.Id;
}
