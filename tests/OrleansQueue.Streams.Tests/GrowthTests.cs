using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.Storage;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>A topic that streams read does not grow: events of a stream would go on in another partition.</summary>
public sealed class GrowthTests
{
    [Fact]
    public async Task Topic_that_streams_read_does_not_grow()
    {
        await using var silos = await StartAsync(static _ => { });

        var topic = (await silos.Broker.FindTopicAsync(StreamSilos.Topic, default))!;
        var refused = Assert.IsType<AlterTopicResult.Refused>(
            await silos.Broker.AlterTopicAsync(topic.Name, topic.Settings with { Partitions = topic.Settings.Partitions + 1 }, topic.Version, default));

        Assert.Equal("partitions is 5; allowed is 4, as the topic's growth is refused.", refused.Reason.ToString());
    }

    [Fact]
    public async Task Streams_are_served_before_the_formats_are_raised()
    {
        await using var silos = await StartAsync(static silo => silo.Services.AddSingleton(new FormatLevels(new FormatRange(FormatLevel.First, FormatLevel.First), FormatLevel.First)));

        Assert.False((await silos.Broker.FindTopicAsync(StreamSilos.Topic, default))!.Settings.FixedPartitions);
        await silos.StreamOf<TestEvent>("s").OnNextAsync(new TestEvent("p", 0));
        var topic = (await silos.Broker.FindTopicAsync(StreamSilos.Topic, default))!;
        var ends = await Task.WhenAll(Enumerable.Range(0, topic.Settings.Partitions)
            .Select(partition => silos.Broker.DescribePartitionAsync(topic.Id, new Partition(partition), default).AsTask()));
        Assert.Equal(1, ends.Sum(static end => end!.HighWatermark.Value));
    }

    private static Task<StreamSilos> StartAsync(Action<ISiloBuilder> more) => StreamSilos.StartAsync(Settings.Of(1, silo =>
    {
        more(silo);
        silo.AddOrleansQueue(static queue => queue.ConfigureSilo(static settings => settings.Storage = StorageKind.Memory));
    }));
}
