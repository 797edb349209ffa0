using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class BatchValidatorGzipTests
{
    private const int MaxOpened = 16 << 20;
    private const string Whole = "one whole gzip stream (RFC 1952)";

    private static readonly byte[] Stream = BatchForge.Gzip(TestBatch.Build(TestBatch.ThreeRecords)[RecordBatchHeader.Size..]);

    [Fact]
    public void Gzip_stream_of_another_compression_level_passes() => Door.Passes(Batch(Stream));

    [Fact]
    public void Records_that_open_to_16_MiB_pass_and_one_byte_more_is_refused()
    {
        Door.Passes(OpeningTo(MaxOpened));
        Door.Refuses(OpeningTo(MaxOpened + 1), "opened batch size", "more than 16777216 bytes", "16777216 bytes");
    }

    [Fact]
    public void Decompression_bomb_is_given_up_at_the_limit()
    {
        var bomb = Batch(BatchForge.Gzip(new byte[200 << 20]));
        Assert.True(bomb.Length < 2 << 20);
        Door.Refuses(bomb, "opened batch size", "more than 16777216 bytes", "16777216 bytes");
    }

    [Fact]
    public void Reader_gives_up_a_decompression_bomb_at_its_own_limit()
    {
        var batch = TestBatch.BuildGzip(new TestRecord(0, null, new byte[100_000]));
        var e = Assert.Throws<InvalidBatchException>(() => OpenedBatch.Open(batch, 1_000));
        Door.AssertRefused(e.Reason, "opened batch size", "more than 1000 bytes", "1000 bytes");
    }

    [Fact]
    public void Stream_cut_at_any_place_is_refused()
    {
        for (var length = 0; length < Stream.Length; length++)
        {
            Door.Refuses(Batch(Stream[..length]), "gzip records", "cut short or followed by other bytes", Whole);
        }
    }

    [Fact]
    public void Stream_followed_by_other_bytes_is_refused() => Door.Refuses(
        Batch([.. Stream, .. "and more"u8]),
        "gzip records",
        "cut short or followed by other bytes",
        Whole);

    [Fact]
    public void Stream_followed_by_another_stream_is_refused() => Door.Refuses(
        Batch([.. Stream, .. Stream]),
        "gzip records",
        "cut short or followed by other bytes",
        Whole);

    [Fact]
    public void Garbage_in_place_of_a_stream_is_refused() =>
        Door.Refuses(Batch("This is no gzip stream at all."u8.ToArray()), "gzip records", "damaged", Whole);

    [Theory]
    [InlineData(0)] // The magic number.
    [InlineData(2)] // The method.
    public void Stream_with_a_wrong_front_is_refused(int at)
    {
        var damaged = Stream.ToArray();
        damaged[at] ^= 0x55;
        Door.Refuses(Batch(damaged), "gzip records", "damaged", Whole);
    }

    [Theory]
    [InlineData(8)] // The stream's own CRC.
    [InlineData(4)] // Its size.
    public void Stream_with_a_wrong_end_is_refused(int fromEnd)
    {
        var damaged = Stream.ToArray();
        damaged[^fromEnd] ^= 0x55;
        Door.Refuses(Batch(damaged), "gzip records", "damaged", Whole);
    }

    [Fact]
    public void Records_of_a_gzip_batch_are_walked_like_any_others()
    {
        var records = TestBatch.Build(TestBatch.ThreeRecords)[RecordBatchHeader.Size..];
        Door.Refuses(
            Batch(BatchForge.Gzip([.. records, 0])),
            "batch records",
            $"{records.Length + 1}",
            $"{records.Length} bytes, where the last of 3 records ends");
    }

    private static byte[] Batch(byte[] stored) =>
        BatchForge.FromBytes(3, BatchCompression.Gzip, stored).WithInt64(BatchLayout.MaxTimestamp, 1_002);

    /// <summary>A small batch whose records take exactly this many bytes once opened.</summary>
    private static byte[] OpeningTo(int bytes)
    {
        var builder = new RecordBatchBuilder(bytes + 100);
        var value = new byte[1_000_000];
        while (bytes - RecordsOf(builder) > 2 * value.Length)
        {
            builder.Append(new(0), NullableBytes.Null, new(value));
        }

        // Two records share the rest. A record of half a megabyte has 11 bytes round its value.
        var rest = bytes - RecordsOf(builder);
        builder.Append(new(0), NullableBytes.Null, new(new byte[(rest / 2) - 11]));
        builder.Append(new(0), NullableBytes.Null, new(new byte[bytes - RecordsOf(builder) - 11]));
        Assert.Equal(bytes, RecordsOf(builder));
        var count = builder.RecordCount;
        var records = builder.Build(ProducerStamp.None)[RecordBatchHeader.Size..];
        return BatchForge.FromBytes(count, BatchCompression.Gzip, BatchForge.Gzip(records.ToArray()));
    }

    private static int RecordsOf(RecordBatchBuilder builder) => builder.SizeInBytes - RecordBatchHeader.Size;
}
