using System.Diagnostics;
using System.Globalization;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.SiloHost.Tests;
using OrleansQueue.Topics;
using Xunit.Abstractions;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>
/// What the spread over silos costs: the same messages are published to one silo and to three in one process, which share its processors and a store in
/// memory. It prints the throughputs; <c>OQ_SPREAD_BATCHES</c> makes it longer.
/// </summary>
public sealed class SpreadTests(ITestOutputHelper report)
{
    private const int Partitions = 12;
    private const int OnTheirWay = 2;
    private const int MessagesOfABatch = 250;
    private const int MessageBytes = 1_024;

    [Fact]
    public async Task Messages_are_taken_by_one_silo_and_by_three()
    {
        var batches = RunSetting.Of("OQ_SPREAD_BATCHES", 100);
        var (one, ofOne) = await PublishAsync(1, batches);
        var (three, ofThree) = await PublishAsync(3, batches);
        report.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{MessageBytes} B, batches of {MessagesOfABatch}: {one:F0} messages/s with one silo, {three:F0} with three, {three / one:P0}"));
        Assert.Equal((1, 3), (ofOne, ofThree));
    }

    /// <returns>How many messages a second were acknowledged, and by how many silos.</returns>
    private static async Task<(double PerSecond, int Silos)> PublishAsync(short count, int batches)
    {
        await using var silos = await TestSilos.StartAsync(count, new SharedMemory());
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions, RetentionBytes = 64 << 20, WhenFull = WhenFull.DropOldest });
        var batch = NewBatch();
        var owners = await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => silos.Broker.DescribeAsync(topic, partition)));
        await PublishAsync(silos.Broker, topic, batch, Math.Max(1, batches / 10));
        var watch = Stopwatch.StartNew();
        await PublishAsync(silos.Broker, topic, batch, batches);
        return (batches * (double)Partitions * MessagesOfABatch / watch.Elapsed.TotalSeconds, owners.Select(owner => owner.Owner).Distinct().Count());
    }

    private static Task PublishAsync(IBroker broker, TopicDescription topic, ReadOnlyMemory<byte> batch, int batches) =>
        Task.WhenAll(Enumerable.Range(0, Partitions * OnTheirWay).Select(async line =>
        {
            for (var i = line / Partitions; i < batches; i += OnTheirWay)
            {
                Assert.IsType<ProduceResult.Appended>(await broker.ProduceAsync(topic.Id, new Partition(line % Partitions), batch, CancellationToken.None));
            }
        }));

    private static ReadOnlyMemory<byte> NewBatch()
    {
        var builder = new RecordBatchBuilder(MessagesOfABatch * (MessageBytes + 32));
        var value = new byte[MessageBytes];
        for (var i = 0; i < MessagesOfABatch; i++)
        {
            builder.Append(new Timestamp(1), NullableBytes.Null, value.AsSpan());
        }

        return builder.Build(ProducerStamp.None);
    }
}
