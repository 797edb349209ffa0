using OrleansQueue.Client;
using OrleansQueue.SiloHost.Tests;
using OrleansQueue.Streams.Tests.Grains;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>
/// A subscriber that falls behind what is in memory is served from the log, at its own pace: it skips nothing, and nobody waits for it.
/// OQ_STREAM_EVENTS says with how many events.
/// </summary>
public sealed class NoSkipTests
{
    private const int Streams = 4;
    private const int TinyCache = 64 << 10;

    private static readonly int Events = RunSetting.Of("OQ_STREAM_EVENTS", 20_000);

    [Fact]
    public async Task Slow_subscribers_skip_nothing_and_hold_up_nobody()
    {
        var each = Events / Streams;
        var options = Settings.Of(1, static silo => silo.AddOrleansQueue(queue => queue.ConfigureSilo(static settings => settings.Storage = StorageKind.Memory)));
        await using var silos = await StreamSilos.StartAsync(options with
        {
            Partitions = 2,
            Streams = static streams =>
            {
                streams.CacheBytesPerPartition = TinyCache;
                streams.MaxBatchBytes = 1 << 10;
            },
        });
        var fast = await SubscribeAsync(silos, "fast");
        var slow = await SubscribeAsync(silos, "slow");
        var halting = await SubscribeAsync(silos, "halting");
        slow.ForEach(static subscriber => subscriber.AllowUpTo(10));

        var publishing = PublishAsync(silos, each);
        for (var step = 1; step <= 4; step++)
        {
            // These stop and go; each time the memory has moved on.
            halting.ForEach(subscriber => subscriber.AllowUpTo(each * step / 5));
            await Task.WhenAll(fast.Select(subscriber => subscriber.HasAsync(each * step / 4)));
        }

        await publishing;
        Assert.All(silos.Feeds, static feed => Assert.InRange(feed.CachedBytes, 0, TinyCache));
        Assert.All(slow, static subscriber => Assert.Equal(10, subscriber.Count));
        halting.ForEach(static subscriber => subscriber.AllowUpTo(int.MaxValue));
        slow.ForEach(static subscriber => subscriber.AllowUpTo(int.MaxValue));

        foreach (var subscriber in fast.Concat(slow).Concat(halting))
        {
            await subscriber.HasAsync(each);
            Assert.Null(subscriber.Wrong);
        }
    }

    private static async Task<List<Sequences>> SubscribeAsync(StreamSilos silos, string kind)
    {
        var subscribers = new List<Sequences>();
        for (var stream = 0; stream < Streams; stream++)
        {
            var name = $"{kind} {stream}";
            await silos.Grains.GetGrain<ISequenceGrain>(name).SubscribeAsync(StreamId.Create(StreamSilos.Topic, $"s{stream}"));
            subscribers.Add(Sequences.Of(name));
        }

        return subscribers;
    }

    private static async Task PublishAsync(StreamSilos silos, int each)
    {
        await using var producer = await silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic, new TypedProducerOptions<TestEvent>
        {
            Key = static item => item.Producer,

            // Memory holds one batch however large; these are small beside it.
            Producer = new ProducerOptions { BatchBytes = 4 << 10 },
        });
        for (var number = 0; number < each; number++)
        {
            for (var stream = 0; stream < Streams; stream++)
            {
                await producer.Raw.WaitForRoomAsync();
                _ = producer.PublishAsync(new TestEvent($"s{stream}", number)).AsTask();
            }
        }

        await producer.FlushAsync();
    }
}
