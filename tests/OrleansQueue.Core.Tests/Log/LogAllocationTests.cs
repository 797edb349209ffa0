using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class LogAllocationTests
{
    // Less than one byte for each record that the larger batch has more.
    private const long Allowed = 900;

    [Fact]
    public void Appending_allocates_nothing_for_a_record()
    {
        var few = LeastAllocated(log => Append(log, Batch(10)), Batch(10));
        var many = LeastAllocated(log => Append(log, Batch(1_000)), Batch(1_000));
        Assert.InRange(many - few, -Allowed, Allowed);
        Assert.InRange(few, 1, 4_000);
    }

    [Fact]
    public void Reading_from_the_cache_and_walking_allocates_nothing_for_a_record()
    {
        var few = LeastAllocated(Read, Batch(10));
        var many = LeastAllocated(Read, Batch(1_000));
        Assert.InRange(many - few, -Allowed, Allowed);
    }

    private static ReadOnlyMemory<byte> Batch(int records) => Batches[records];

    private static Dictionary<int, ReadOnlyMemory<byte>> Batches { get; } = new() { [10] = Make(10), [1_000] = Make(1_000) };

    // Both have the same bytes of values.
    private static ReadOnlyMemory<byte> Make(int records) => BatchMaker.Of([.. Enumerable.Repeat(new string('x', 20_000 / records), records)]);

    private static void Append(PartitionLog log, ReadOnlyMemory<byte> batch) =>
        Assert.IsType<ProduceResult.Appended>(Complete(log.AppendAsync(batch)));

    private static void Read(PartitionLog log)
    {
        var parts = Complete(log.ReadAsync(Offset.Zero, 1, CancellationToken.None)).Parts;
        var reader = new RecordReader(RecordBatchHeader.Read(parts[0].Span), parts[1].Span);
        var bytes = 0;
        while (reader.MoveNext())
        {
            bytes += reader.Current.Value.Span.Length;
        }

        Assert.Equal(20_000, bytes);
    }

    /// <summary>The least of several runs: what the runtime does beside them is not counted.</summary>
    private static long LeastAllocated(Action<PartitionLog> work, ReadOnlyMemory<byte> first)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 10; run++)
        {
            var log = Complete(PartitionLog.OpenAsync(new NullLogStore(), new LogBench().Options with { TailCacheBytes = 1 << 20 }, new ManualClock(), NoLogEvents.Instance, CancellationToken.None));
            Append(log, first);
            work(log);
            var before = GC.GetAllocatedBytesForCurrentThread();
            work(log);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>With a store that answers at once every call of the log has completed when it returns.</summary>
    private static T Complete<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompleted);
        return call.Result;
    }
}
