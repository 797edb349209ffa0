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
        Assert.Equal(0, AllocatedByChecking(new(BatchLimits.Default, new BatchPolicy()), batch));
        Assert.Equal(0, AllocatedByChecking(new(BatchLimits.Default, Door.Create), batch));
    }

    [Fact]
    public void Gzip_batch_allocates_nothing_for_a_record()
    {
        // The gzip stream costs some objects, as many for a thousand records as for one. Its buffer comes from a pool that a
        // collection may empty at any moment, so the least of several runs counts.
        Assert.Equal(LeastAllocated(TestBatch.BuildGzip(Records(1))), LeastAllocated(TestBatch.BuildGzip(Records(1_000))));
    }

    [Fact]
    public void Reading_an_uncompressed_batch_allocates_nothing()
    {
        var batch = TestBatch.Build(Records(1_000));
        Walk(batch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bytes = Walk(batch);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(16_000, bytes);
    }

    private static TestRecord[] Records(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TestRecord(i, "key", "value", new TestHeader("name", "text")))];

    private static long LeastAllocated(byte[] batch)
    {
        var validator = new BatchValidator(BatchLimits.Default, new BatchPolicy());
        return Enumerable.Range(0, 10).Min(_ => AllocatedByChecking(validator, batch));
    }

    private static long AllocatedByChecking(BatchValidator validator, ReadOnlyMemory<byte> batch)
    {
        Assert.Null(validator.Check(batch, Door.Now, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = validator.Check(batch, Door.Now, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Null(refusal);
        return allocated;
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
