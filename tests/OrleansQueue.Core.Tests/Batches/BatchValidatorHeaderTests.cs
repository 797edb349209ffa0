using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>What the door refuses by the header of a batch alone, sizes and timestamps aside.</summary>
public sealed class BatchValidatorHeaderTests
{
    private static readonly byte[] Batch = TestBatch.Build(TestBatch.ThreeRecords);

    [Fact]
    public void Good_batch_passes_and_its_header_is_handed_out()
    {
        var validator = new BatchValidator(BatchLimits.Default, new BatchPolicy());
        Assert.Null(validator.Check(Batch, Door.Now, out var header));
        Assert.Equal(RecordBatchHeader.Read(Batch), header);
    }

    [Theory]
    [InlineData(0x20)] // Control.
    [InlineData(0x10)] // Transactional.
    [InlineData(0x30)]
    [InlineData(0x40)] // Kafka's delete horizon, which only a log cleaner sets.
    [InlineData(0x80)]
    [InlineData(0x100)]
    [InlineData(0x4000)]
    [InlineData(unchecked((short)0x8000))]
    public void Attributes_that_are_not_a_producers_to_set_are_refused(short bits) => Door.Refuses(
        Batch.WithInt16(BatchLayout.Attributes, bits),
        "batch attributes",
        $"{bits}",
        "compression and timestamp kind only");

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Codec_that_nobody_knows_is_refused_even_where_foreign_ones_are_accepted(short codec)
    {
        var batch = Batch.WithInt16(BatchLayout.Attributes, codec);
        Door.Refuses(batch, "compression", $"{codec}", "0 (none) to 4 (zstd)");
        Door.Refuses(batch, "compression", $"{codec}", "0 (none) to 4 (zstd)", Door.Foreign);
    }

    [Theory]
    [InlineData(BatchCompression.Snappy)]
    [InlineData(BatchCompression.Lz4)]
    [InlineData(BatchCompression.Zstd)]
    public void Foreign_codec_is_refused_unless_the_topic_accepts_it(BatchCompression codec)
    {
        var batch = BatchForge.FromBytes(3, codec, [1, 2, 3, 4]);
        Door.Refuses(batch, "compression", $"{codec}", "none or gzip, unless the topic says foreign-codecs: accept");
        Door.Passes(batch, Door.Foreign);
    }

    [Fact]
    public void Header_of_an_accepted_foreign_codec_is_still_checked() => Door.Refuses(
        BatchForge.FromBytes(3, BatchCompression.Zstd, [1, 2, 3, 4]).WithInt32(BatchLayout.RecordCount, 2),
        "batch record count",
        "2",
        "3, as many as its offsets, and at least 1",
        Door.Foreign);

    [Fact]
    public void Foreign_codec_is_not_opened_for_a_reader_either()
    {
        var e = Assert.Throws<InvalidBatchException>(() => TestBatch.Read(BatchForge.FromBytes(3, BatchCompression.Zstd, [1, 2, 3, 4])));
        Door.AssertRefused(e.Reason, "compression", "4", "0 (none) or 1 (gzip)");
    }

    [Fact]
    public void Batch_of_no_records_is_refused() => Door.Refuses(
        BatchForge.FromBytes(1, BatchCompression.None, []).WithInt32(BatchLayout.RecordCount, 0),
        "batch record count",
        "0",
        "1, as many as its offsets, and at least 1");

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public void Record_count_below_that_of_the_offsets_is_refused(int count) => Door.Refuses(
        Batch.WithInt32(BatchLayout.RecordCount, count),
        "batch record count",
        $"{count}",
        "3, as many as its offsets, and at least 1");

    [Theory]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void Last_offset_delta_beyond_the_records_is_refused(int delta) => Door.Refuses(
        Batch.WithInt32(BatchLayout.LastOffsetDelta, delta),
        "batch record count",
        "3",
        $"{delta + 1L}, as many as its offsets, and at least 1");

    [Fact]
    public void Last_offset_delta_short_of_the_records_is_refused() => Door.Refuses(
        Batch.WithInt32(BatchLayout.LastOffsetDelta, 1),
        "batch record count",
        "3",
        "0 to 2, as its offsets allow");

    [Theory]
    [InlineData(5, -1, 0)]
    [InlineData(5, 0, -1)]
    [InlineData(5, -1, -1)]
    [InlineData(-1, 0, -1)]
    [InlineData(-1, -1, 0)]
    [InlineData(-2, 0, 0)]
    [InlineData(5, 0, -2)]
    [InlineData(5, 0, int.MinValue)]
    [InlineData(5, short.MinValue, 0)]
    [InlineData(long.MinValue, short.MinValue, int.MinValue)]
    public void Producer_half_set_or_below_0_is_refused(long id, short epoch, int sequence) => Door.Refuses(
        TestBatch.BuildAs(BatchCompression.None, new(new(id), new(epoch), new(sequence)), TestBatch.ThreeRecords),
        "batch producer",
        $"id {id}, epoch {epoch}, sequence {sequence}",
        "id, epoch and sequence of 0 or more, or all of them -1");

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(long.MaxValue, short.MaxValue, int.MaxValue)]
    [InlineData(-1, -1, -1)]
    public void Producer_wholly_set_or_wholly_absent_passes(long id, short epoch, int sequence) =>
        Door.Passes(TestBatch.BuildAs(BatchCompression.None, new(new(id), new(epoch), new(sequence)), TestBatch.ThreeRecords));
}
