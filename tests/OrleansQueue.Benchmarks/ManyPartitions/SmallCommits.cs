using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>
/// Many partitions with little traffic each, and journals beside them: every message is a batch of its own, sent when its time
/// has come whether or not the ones before were answered (open loop), and timed from then to its acknowledgement.
/// </summary>
internal sealed class SmallCommits(ILogStore store, int partitions, int perSecond, int journals)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<double> _milliseconds = new();
    private readonly List<(Actor Actor, PartitionLog Log)> _partitions = [];
    private readonly List<(Actor Actor, Journal Journal)> _journals = [];

    /// <summary>Runs for a time and returns the latencies after the warm-up, sorted.</summary>
    public async Task<double[]> RunAsync(TimeSpan duration)
    {
        await OpenAsync();
        var sent = new List<Task>();
        var clock = Stopwatch.StartNew();
        var rate = partitions * perSecond;
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (long n = 0; clock.Elapsed < duration && await ticks.WaitForNextTickAsync();)
        {
            for (; n < clock.Elapsed.TotalSeconds * rate; n++)
            {
                sent.Add(SendAsync((int)(n % partitions), clock, TimeSpan.FromSeconds((double)n / rate)));
                if (journals != 0 && n % (partitions / journals) == 0)
                {
                    var (actor, journal) = _journals[(int)(n / (partitions / journals) % journals)];
                    sent.Add(actor.RunAsync(() => journal.AppendAsync(new byte[40])));
                }
            }
        }

        await Task.WhenAll(sent);
        await CloseAsync();
        return [.. _milliseconds.Order()];
    }

    private Task SendAsync(int partition, Stopwatch clock, TimeSpan due)
    {
        var (actor, log) = _partitions[partition];
        var builder = new RecordBatchBuilder(1_200);
        builder.Append(Timestamp.Now(TimeProvider.System), NullableBytes.Null, new byte[1_024].AsSpan());
        var frame = builder.Build(ProducerStamp.None);
        return actor.RunAsync(async () =>
        {
            if (await log.AppendAsync(frame) is not ProduceResult.Appended)
            {
                throw new InvalidOperationException("The message was not stored.");
            }

            if (due > WarmUp)
            {
                _milliseconds.Enqueue((clock.Elapsed - due).TotalMilliseconds);
            }
        });
    }

    private async Task OpenAsync()
    {
        for (var i = 0; i < partitions; i++)
        {
            var options = new PartitionLogOptions { Log = LogId.ForPartition(new TopicId(Guid.Empty), new Partition(i)) };
            _partitions.Add((new Actor(), await PartitionLog.OpenAsync(store, options, TimeProvider.System, NoLogEvents.Instance, default)));
        }

        for (var i = 0; i < journals; i++)
        {
            _journals.Add((new Actor(), await Journal.OpenAsync(store, LogId.Parse($"j-{i}"), new Counter(), new JournalOptions(), default)));
        }
    }

    private async Task CloseAsync()
    {
        foreach (var (actor, log) in _partitions)
        {
            await actor.RunAsync(async () => await log.DisposeAsync());
        }

        foreach (var (actor, journal) in _journals)
        {
            await actor.RunAsync(async () => await journal.DisposeAsync());
        }
    }

    private sealed class Counter : IJournalState
    {
        private long _entries;

        public void Apply(ReadOnlySpan<byte> entry) => _entries++;

        public void WriteSnapshot(IBufferWriter<byte> to) => to.Write(BitConverter.GetBytes(_entries));

        public void ReadSnapshot(ReadOnlySpan<byte> snapshot) => _entries = BitConverter.ToInt64(snapshot);
    }
}
