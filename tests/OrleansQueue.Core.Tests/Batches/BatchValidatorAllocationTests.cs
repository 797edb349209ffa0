using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class BatchValidatorAllocationTests
{
    [Fact]
    public void Uncompressed_batch_of_1000_records_passes_without_allocation()
    {
        var records = Enumerable.Range(0, 1_000)
            .Select(i => new TestRecord(i, $"key {i}", $"value {i}", new TestHeader("name", $"{i}")))
            .ToArray();
        var batch = TestBatch.Build(records);
        Assert.Equal(0, LeastAllocated(new(BatchLimits.Default, new BatchPolicy()), batch));
        Assert.Equal(0, LeastAllocated(new(BatchLimits.Default, Door.Create), batch));
    }

    [Fact]
    public void Gzip_batch_allocates_nothing_for_a_record()
    {
        // The gzip stream costs some objects, as many for a thousand records as for one.
        var door = new BatchValidator(BatchLimits.Default, new BatchPolicy());
        Assert.Equal(LeastAllocated(door, TestBatch.BuildGzip(Records(1))), LeastAllocated(door, TestBatch.BuildGzip(Records(1_000))));
    }

    [Fact]
    public void Reading_an_uncompressed_batch_allocates_nothing()
    {
        var batch = TestBatch.Build(Records(1_000));
        Assert.Equal(0, LeastAllocated(() => Assert.True(Walk(batch) == 16_000)));
    }

    private static TestRecord[] Records(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TestRecord(i, "key", "value", new TestHeader("name", "text")))];

    private static long LeastAllocated(BatchValidator door, ReadOnlyMemory<byte> batch) =>
        LeastAllocated(() => Assert.True(door.Check(batch, Door.Now, out _) is null));

    /// <summary>
    /// The least of several runs. What our own code allocates, it allocates in each of them; now and then the runtime allocates on
    /// this thread too, as when it compiles a busy method once more, or finds a pool emptied by a collection.
    /// </summary>
    private static long LeastAllocated(Action work)
    {
        var least = long.MaxValue;
        for (var run = 0; run < 10; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static int Walk(ReadOnlyMemory<byte> batch)
    {
        using var opened = OpenedBatch.Open(batch, TestBatch.MaxOpened);
        var reader = opened.GetRecords();
        var bytes = 0;
        while (reader.MoveNext())
        {
            bytes += reader.Current.Key.Span.Length + reader.Current.Value.Span.Length;
            var headers = reader.Current.Headers;
            while (headers.MoveNext())
            {
                bytes += headers.Name.Length + headers.Value.Span.Length;
            }
        }

        return bytes;
    }
}
