using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class BatchEnvelopeTests
{
    private const long MaxBaseOffset = 9223372034707292159;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60)]
    public void Bytes_too_few_for_a_header_are_refused(int length) => Door.Refuses(
        TestBatch.Build(TestBatch.ThreeRecords)[..length],
        "batch size",
        $"{length}",
        "at least the 61 bytes of a header");

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1_000)]
    public void Length_that_is_not_that_of_the_bytes_is_refused(int error)
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        var right = batch.Length - 12;
        Door.Refuses(
            batch.WithInt32(BatchLayout.Length, right + error),
            "batch length",
            $"{right + error}",
            $"{right}, the bytes that follow it");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-12)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Length_that_lies_grossly_is_refused(int length)
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        Door.Refuses(
            batch.WithInt32(BatchLayout.Length, length),
            "batch length",
            $"{length}",
            $"{batch.Length - 12}, the bytes that follow it");
    }

    [Fact]
    public void Batch_that_lost_its_last_byte_is_refused()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        Door.Refuses(batch[..^1], "batch length", $"{batch.Length - 12}", $"{batch.Length - 13}, the bytes that follow it");
    }

    [Fact]
    public void Header_alone_that_says_less_than_its_own_length_is_refused()
    {
        var header = RecordBatchHeader.Read(TestBatch.Build(TestBatch.ThreeRecords)) with { SizeInBytes = 60 };
        Door.AssertRefused(BatchEnvelope.CheckHeader(header), "batch length", "48", "at least 49");
        Assert.Null(BatchEnvelope.CheckHeader(header with { SizeInBytes = 61 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(255)]
    public void Version_other_than_2_is_refused(byte magic) => Door.Refuses(
        TestBatch.Build(TestBatch.ThreeRecords).WithByte(BatchLayout.Magic, magic),
        "batch magic",
        $"{magic}",
        "2");

    [Fact]
    public void CRC_that_the_bytes_do_not_give_is_refused()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        var right = RecordBatchHeader.Read(batch).Crc;
        batch[BatchLayout.Crc] ^= 0x80;
        Door.Refuses(batch, "batch CRC", $"0x{right ^ 0x80000000:x8}", $"0x{right:x8}, which its bytes give");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(MaxBaseOffset + 1)]
    [InlineData(long.MaxValue)]
    public void Base_offset_below_0_or_too_near_the_end_of_numbers_is_refused(long offset) => Door.Refuses(
        TestBatch.Build(TestBatch.ThreeRecords).WithInt64(BatchLayout.BaseOffset, offset),
        "batch base offset",
        $"{offset}",
        "0 to 9223372034707292159");

    [Fact]
    public void Highest_base_offset_passes_and_its_offsets_do_not_overflow()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords).WithInt64(BatchLayout.BaseOffset, MaxBaseOffset);
        Door.Passes(batch);
        Assert.Equal(3, TestBatch.Read(batch).Count);
        var header = RecordBatchHeader.Read(batch) with { LastOffsetDelta = int.MaxValue };
        Assert.Null(BatchEnvelope.CheckHeader(header));
        Assert.Equal(new Offset(long.MaxValue), header.NextOffset);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Last_offset_delta_below_0_is_refused(int delta) => Door.Refuses(
        TestBatch.Build(TestBatch.ThreeRecords).WithInt32(BatchLayout.LastOffsetDelta, delta),
        "batch last offset delta",
        $"{delta}",
        "0 or more");

    [Theory]
    [InlineData(4)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Record_count_that_the_offsets_have_no_room_for_is_refused(int count) => Door.Refuses(
        TestBatch.Build(TestBatch.ThreeRecords).WithInt32(BatchLayout.RecordCount, count),
        "batch record count",
        $"{count}",
        "0 to 3, as its offsets allow");

    [Fact]
    public void Stored_batch_that_lost_records_to_compaction_is_whole()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords).WithInt32(BatchLayout.LastOffsetDelta, 9);
        Assert.Null(BatchEnvelope.Check(batch, out var header));
        Assert.Equal(3, header.RecordCount);
        Assert.Null(BatchEnvelope.Check(batch.WithInt32(BatchLayout.RecordCount, 0), out _));
    }

    [Fact]
    public void Any_one_flipped_bit_is_found_but_in_base_offset_and_epoch()
    {
        var batch = TestBatch.BuildGzip(TestBatch.ThreeRecords);
        for (var bit = 0; bit < batch.Length * 8; bit++)
        {
            AssertFlipIsFound(batch, bit);
        }
    }

    [Fact]
    public void Any_one_flipped_bit_of_any_batch_is_found_but_in_base_offset_and_epoch() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), Arb.From(Gen.Choose(0, int.MaxValue)), (records, bit) =>
        {
            var batch = TestBatch.Build(records);
            AssertFlipIsFound(batch, bit % (batch.Length * 8));
        }).QuickCheckThrowOnFailure();

    private static void AssertFlipIsFound(byte[] batch, int bit)
    {
        // These two lie outside the CRC; what guards them is that the batches of a log follow each other.
        var at = bit / 8;
        if (at is < BatchLayout.Length or >= BatchLayout.Epoch and < BatchLayout.Magic)
        {
            return;
        }

        batch[at] ^= (byte)(1 << (bit % 8));
        Assert.NotNull(BatchEnvelope.Check(batch, out _));
        batch[at] ^= (byte)(1 << (bit % 8));
    }
}
