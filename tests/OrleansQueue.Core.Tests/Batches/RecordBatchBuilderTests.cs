using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class RecordBatchBuilderTests
{
    [Fact]
    public void Batch_without_a_record_is_not_built()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new RecordBatchBuilder().Build(ProducerStamp.None));
        Assert.Equal("A batch holds at least one record.", e.Message);
    }

    [Fact]
    public void Codec_that_cannot_be_written_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordBatchBuilder(compression: BatchCompression.Snappy));

    [Fact]
    public void Capacity_below_a_header_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecordBatchBuilder(RecordBatchHeader.Size - 1));

    [Fact]
    public void Built_batch_leaves_base_offset_and_epoch_to_the_broker()
    {
        var header = RecordBatchHeader.Read(TestBatch.Build(TestBatch.ThreeRecords));
        Assert.Equal(Offset.Zero, header.BaseOffset);
        Assert.Equal(Epoch.None, header.Epoch);
    }

    [Fact]
    public void Built_batch_carries_its_producer()
    {
        var producer = new ProducerStamp(new(long.MaxValue), new(short.MaxValue), new(int.MaxValue));
        var header = RecordBatchHeader.Read(TestBatch.BuildAs(BatchCompression.None, producer, TestBatch.ThreeRecords));
        Assert.Equal(producer, header.Producer);
    }

    [Fact]
    public void Built_batch_is_never_written_again()
    {
        var builder = new RecordBatchBuilder();
        TestBatch.ThreeRecords[0].AppendTo(builder);
        var first = builder.Build(ProducerStamp.None);
        var copy = first.ToArray();
        TestBatch.ThreeRecords[1].AppendTo(builder);
        builder.Build(ProducerStamp.None);
        Assert.Equal(copy, first.ToArray());
    }

    [Fact]
    public void Size_grows_with_each_record_to_that_of_the_batch()
    {
        var builder = new RecordBatchBuilder();
        Assert.Equal(RecordBatchHeader.Size, builder.SizeInBytes);
        foreach (var record in TestBatch.ThreeRecords)
        {
            var before = builder.SizeInBytes;
            record.AppendTo(builder);
            Assert.True(builder.SizeInBytes > before);
        }

        Assert.Equal(3, builder.RecordCount);
        Assert.Equal(builder.SizeInBytes, builder.Build(ProducerStamp.None).Length);
        Assert.Equal(0, builder.RecordCount);
        Assert.Equal(RecordBatchHeader.Size, builder.SizeInBytes);
    }

    [Fact]
    public void Warm_builder_allocates_nothing_for_a_record()
    {
        var builder = new RecordBatchBuilder(1 << 20);
        AppendTo(builder, 10);

        // Now and then the runtime allocates on this thread too, so the least of several runs counts.
        var least = long.MaxValue;
        for (var run = 0; run < 10; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            AppendTo(builder, 1_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void AppendTo(RecordBatchBuilder builder, int count)
    {
        for (var i = 0; i < count; i++)
        {
            builder.Append(new(i), "key"u8, "value"u8);
        }
    }
}
