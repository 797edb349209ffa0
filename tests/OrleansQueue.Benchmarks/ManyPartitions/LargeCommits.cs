using System.Diagnostics;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>A few partitions as fast as they go: batches of one size, five in flight for each partition, as a producer sends them.</summary>
internal sealed class LargeCommits(ILogStore store, int partitions, int batchBytes, int recordBytes)
{
    private const int InFlight = 5;

    /// <summary>Runs for a time and returns records stored a second.</summary>
    public async Task<double> RunAsync(TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        var running = Enumerable.Range(0, partitions).Select(partition => RunAsync(partition, clock, duration)).ToList();
        var records = (await Task.WhenAll(running)).Sum();
        return records / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> RunAsync(int partition, Stopwatch clock, TimeSpan duration)
    {
        var actor = new Actor();
        long records = 0;
        await actor.RunAsync(async () =>
        {
            var options = new PartitionLogOptions { Log = LogId.Parse($"large-{partition}") };
            var log = await PartitionLog.OpenAsync(store, options, TimeProvider.System, NoLogEvents.Instance, default);
            // One batch again and again, so that making batches does not count.
            var (frame, count) = Make();
            await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
            {
                while (clock.Elapsed < duration)
                {
                    records += await log.AppendAsync(frame) is ProduceResult.Appended ? count : 0;
                }
            }));
            await log.DisposeAsync();
        });
        return records;
    }

    private (ReadOnlyMemory<byte> Frame, int Count) Make()
    {
        var builder = new RecordBatchBuilder(batchBytes + recordBytes + 64);
        var value = new byte[recordBytes];
        while (builder.SizeInBytes + recordBytes < batchBytes || builder.RecordCount == 0)
        {
            builder.Append(new Timestamp(1), NullableBytes.Null, value.AsSpan());
        }

        var count = builder.RecordCount;
        return (builder.Build(ProducerStamp.None), count);
    }
}
