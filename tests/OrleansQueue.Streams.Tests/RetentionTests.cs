using OrleansQueue.Batches;
using OrleansQueue.Client;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>Only what retention deleted is missed, and a subscriber is told which that was.</summary>
public sealed class RetentionTests
{
    private const int TopicBytes = 2 << 20;
    private const int FillerBytes = 512 << 10;

    [Fact]
    public async Task Subscriber_that_asks_for_deleted_events_is_told_and_goes_on()
    {
        var options = Settings.Of(1, static silo => silo.AddOrleansQueue(queue => queue.ConfigureSilo(static settings => settings.Storage = StorageKind.Memory)));
        await using var silos = await StreamSilos.StartAsync(options with
        {
            Partitions = 1,

            // What is in memory is still delivered.
            Streams = static streams => streams.CacheBytesPerPartition = 1,
            Silo = static silo => silo.AddOrleansQueue(static queue => queue.AddTopic<TestEvent>(
                StreamSilos.Topic, static topic => topic.Partitions(1).RetentionBytes(TopicBytes).WhenFull(Topics.WhenFull.DropOldest))),
        });
        var name = $"deleted@{StreamSilos.Topic}/s";
        var (grain, got) = (silos.Grains.GetGrain<IConsumerGrain>(name), Deliveries.Of(name));
        await grain.SubscribeAsync(StreamId.Create(StreamSilos.Topic, "s"));
        await silos.StreamOf<TestEvent>("s").OnNextAsync(new TestEvent("p", 0));
        await got.HasAsync(1);

        var start = await FillAsync(silos);
        await grain.RewindAsync(StreamId.Create(StreamSilos.Topic, "s"), 0, null);
        await silos.StreamOf<TestEvent>("s").OnNextAsync(new TestEvent("p", 1));

        await got.HasErrorsAsync(1);
        await got.HasAsync(2);
        var deleted = Assert.IsType<StreamEventsDeletedException>(Assert.Single(got.Errors));
        Assert.Equal(0, deleted.From);
        Assert.InRange(deleted.To, 1, start);
        Assert.Equal([0, 1], got.Events.Select(static delivered => delivered.Event.Number));
    }

    /// <summary>Publishes other streams' events until the first one is gone; answers where the partition begins then.</summary>
    private static async Task<long> FillAsync(StreamSilos silos)
    {
        var topic = await silos.Broker.FindTopicAsync(StreamSilos.Topic, CancellationToken.None);
        await using var producer = await silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic);
        while (true)
        {
            await producer.PublishAsync(NullableBytes.From(new byte[FillerBytes]), new PublishOptions { Key = "filler" });
            var status = await silos.Broker.DescribePartitionAsync(topic!.Id, new Partition(0), CancellationToken.None);
            if (status!.LogStart.Value > 0)
            {
                return status.LogStart.Value;
            }
        }
    }
}
