using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class RecordRoundTripTests
{
    public static TheoryData<BatchCompression> Codecs => [BatchCompression.None, BatchCompression.Gzip];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Key_and_value_come_back(BatchCompression codec) => ComesBack(codec, new TestRecord(5, "key", "value"));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Null_key_comes_back_as_null(BatchCompression codec)
    {
        var record = Assert.Single(ComesBack(codec, new TestRecord(5, null, "value")));
        Assert.Null(record.Key);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Tombstone_comes_back_as_null_value(BatchCompression codec)
    {
        var record = Assert.Single(ComesBack(codec, new TestRecord(5, "key", null)));
        Assert.Null(record.Value);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Empty_key_and_value_come_back_present(BatchCompression codec)
    {
        var record = Assert.Single(ComesBack(codec, new TestRecord(5, "", "")));
        Assert.Empty(record.Key!);
        Assert.Empty(record.Value!);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Headers_come_back_in_order_with_repeated_names_null_and_empty_values(BatchCompression codec) => ComesBack(
        codec,
        new TestRecord(
            5,
            "key",
            "value",
            new TestHeader("b", "1"),
            new TestHeader("a", null),
            new TestHeader("b", "2"),
            new TestHeader("b", ""),
            new TestHeader("", "of no name"),
            new TestHeader("", null)));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Record_of_nothing_but_headers_comes_back(BatchCompression codec) =>
        ComesBack(codec, new TestRecord(5, (byte[]?)null, null, new TestHeader("only", "this")));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Broken_utf8_comes_back_as_it_went_in(BatchCompression codec)
    {
        byte[] broken = [0xC3, 0x28, 0xED, 0xA0, 0x80, 0xFF, 0x00];
        ComesBack(codec, new TestRecord(5, broken, broken, new TestHeader(broken, broken)));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Timestamps_before_1970_and_out_of_order_come_back(BatchCompression codec) => ComesBack(
        codec,
        new TestRecord(-1, "a", "1"),
        new TestRecord(-86_400_000, "b", "2"),
        new TestRecord(1_700_000_000_000, "c", "3"),
        new TestRecord(0, "d", "4"));

    [Theory]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MinValue)]
    [InlineData(long.MinValue, 0)]
    [InlineData(0, long.MinValue)]
    [InlineData(-1, long.MaxValue)]
    public void Extreme_timestamps_come_back_though_their_distance_overflows(long first, long second) =>
        ComesBack(BatchCompression.None, new TestRecord(first, "a", "1"), new TestRecord(second, "b", "2"));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Large_values_and_many_records_come_back(BatchCompression codec)
    {
        var random = new Random(17);
        var records = Enumerable.Range(0, 3_000)
            .Select(i => new TestRecord(i, BitConverter.GetBytes(i), RandomBytes(random, i % 500 == 0 ? 200_000 : i % 300)))
            .ToArray();
        ComesBack(codec, records);
    }

    [Fact]
    public void Batch_read_out_of_the_middle_of_a_larger_buffer_comes_back()
    {
        // Gzip reads memory through a stream, which must begin where the memory does and not where its array does.
        var batch = TestBatch.BuildGzip(TestBatch.ThreeRecords);
        byte[] around = [.. new byte[13], .. batch, .. new byte[7]];
        Assert.Equal(TestBatch.ThreeRecords, TestBatch.Read(around.AsMemory(13, batch.Length)));
    }

    private static List<TestRecord> ComesBack(BatchCompression codec, params TestRecord[] records)
    {
        var batch = TestBatch.BuildAs(codec, ProducerStamp.None, records);
        var read = TestBatch.Read(batch);
        Assert.Equal(records, read);
        Door.Passes(batch);
        return read;
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
