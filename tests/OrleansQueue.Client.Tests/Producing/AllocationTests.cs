#pragma warning disable CA2012 // The receipts are not wanted here, and to await them would allocate.
using System.Diagnostics;
using OrleansQueue.Batches;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>A message costs no memory but its place in the batch. Not beside tests that listen to activities, which hear the whole process.</summary>
[Collection(nameof(ActivityListener))]
public sealed class AllocationTests
{
    private const int Messages = 20;

    [Fact]
    public void A_publish_allocates_nothing() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnProduce = _ => new Fault { Before = new TaskCompletionSource().Task };
        await using var producer = await run.Client.OpenProducerAsync("orders", new ProducerOptions { DrainTimeout = TimeSpan.Zero });
        await using var typed = await run.Client.OpenProducerAsync("orders", new TypedProducerOptions<byte[]> { Key = _ => "key", Producer = new ProducerOptions { DrainTimeout = TimeSpan.Zero } });
        var (key, value) = ("customer-1"u8.ToArray(), new byte[100]);

        Assert.Equal(0, LeastAllocated(() => producer.PublishAsync(new NullableBytes(key), new NullableBytes(value))));
        Assert.Equal(0, LeastAllocated(() => typed.PublishAsync(value)));
    });

    // Batches and their memory are allocated now and then, so the least of many rounds counts.
    private static long LeastAllocated(Func<ValueTask<PublishReceipt>> publish)
    {
        var least = long.MaxValue;
        var receipts = new ValueTask<PublishReceipt>[Messages];
        for (var round = 0; round < 200; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Messages; i++)
            {
                receipts[i] = publish();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
