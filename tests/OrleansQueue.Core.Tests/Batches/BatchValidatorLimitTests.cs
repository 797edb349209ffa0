using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Each limit of size: the last batch that passes and the first that does not.</summary>
public sealed class BatchValidatorLimitTests
{
    private const int MaxBatch = 2 << 20;
    private const int MaxMessage = 1 << 20;
    private const int MaxKey = 64 << 10;

    [Fact]
    public void Batch_of_2_MiB_passes_and_one_byte_more_is_refused()
    {
        Door.Passes(BatchOf(MaxBatch));
        Door.Refuses(BatchOf(MaxBatch + 1), "batch size", "2097153", "at most 2097152 bytes");
    }

    [Fact]
    public void Message_of_1_MiB_passes_and_one_byte_more_is_refused()
    {
        Door.Passes(TestBatch.Build(Message(MaxMessage)));
        Door.Refuses(
            TestBatch.Build(Message(MaxMessage + 1)),
            "message size",
            "1048577",
            "at most 1048576 bytes of key, value and headers");
    }

    [Fact]
    public void Message_is_measured_before_compression() => Door.Refuses(
        TestBatch.BuildGzip(Message(MaxMessage + 1)),
        "message size",
        "1048577",
        "at most 1048576 bytes of key, value and headers");

    [Fact]
    public void Large_message_behind_small_ones_is_refused() => Door.Refuses(
        TestBatch.Build(new(0, "a", "1"), new(0, "b", "2"), Message(MaxMessage + 1)),
        "message size",
        "1048577",
        "at most 1048576 bytes of key, value and headers");

    [Fact]
    public void Key_of_64_KiB_passes_and_one_byte_more_is_refused()
    {
        Door.Passes(TestBatch.Build(new TestRecord(0, new byte[MaxKey], null)));
        Door.Refuses(TestBatch.Build(new TestRecord(0, new byte[MaxKey + 1], null)), "record key size", "65537", "at most 65536 bytes");
    }

    [Fact]
    public void Key_of_10_MB_within_a_small_gzip_batch_is_refused() => Door.Refuses(
        TestBatch.BuildGzip(new TestRecord(0, new byte[10_000_000], null)),
        "record key size",
        "10000000",
        "at most 65536 bytes");

    [Theory]
    [InlineData(257)]
    [InlineData(1_000)]
    public void Headers_up_to_256_pass_and_more_are_refused(int count)
    {
        Door.Passes(TestBatch.Build(WithHeaders(256)));
        Door.Refuses(TestBatch.Build(WithHeaders(count)), "header count", $"{count}", "at most 256");
    }

    [Theory]
    [InlineData(BatchCompression.None)]
    [InlineData(BatchCompression.Gzip)]
    public void Million_headers_are_refused(BatchCompression codec)
    {
        // A header of an empty name and a null value takes two bytes, so that a million of them fit a batch.
        byte[] headers = [.. Enumerable.Repeat((byte[])[0, 1], 1_000_000).SelectMany(h => h)];
        var record = BatchForge.Record(BatchForge.Front(), BatchForge.Null(), BatchForge.Null(), BatchForge.Number(1_000_000), headers);
        var stored = codec == BatchCompression.Gzip ? BatchForge.Gzip(record) : record;
        Door.Refuses(BatchForge.FromBytes(1, codec, stored), "header count", "1000000", "at most 256");
    }

    [Fact]
    public void Header_bytes_of_64_KiB_pass_and_one_byte_more_is_refused()
    {
        Door.Passes(TestBatch.Build(WithHeaderBytes(65_536)));
        Door.Refuses(TestBatch.Build(WithHeaderBytes(65_537)), "header size", "65537", "at most 65536 bytes of names and values");
    }

    [Fact]
    public void Limits_are_options()
    {
        var limits = new BatchLimits { MaxMessageBytes = 9, MaxKeyBytes = 3, MaxHeaders = 1, MaxHeaderBytes = 4, MaxBatchBytes = 100 };
        Door.Passes(TestBatch.Build(new TestRecord(0, "key", "va", new TestHeader("na", "me"))), limits: limits);
        RefusedBy(limits, new TestRecord(0, "keys", "v"), "record key size");
        RefusedBy(limits, new TestRecord(0, "key", "val", new TestHeader("na", "me")), "message size");
        RefusedBy(limits, new TestRecord(0, "key", "v", new TestHeader("nam", "es")), "header size");
        RefusedBy(limits, new TestRecord(0, "k", "v", new TestHeader("n", null), new TestHeader("m", null)), "header count");
        RefusedBy(limits, new TestRecord(0, "k", new string('v', 100)), "batch size");
    }

    private static void RefusedBy(BatchLimits limits, TestRecord record, string field) =>
        Assert.Equal(field, Door.Check(TestBatch.Build(record), limits: limits)?.Field);

    /// <summary>A message of this many bytes, some of each kind.</summary>
    private static TestRecord Message(int bytes) => new(0, "key"u8.ToArray(), new byte[bytes - 3 - 8], new TestHeader("name", "text"));

    private static TestRecord WithHeaders(int count) =>
        new(0, "key", "value", [.. Enumerable.Range(0, count).Select(i => new TestHeader("same", $"{i}"))]);

    private static TestRecord WithHeaderBytes(int bytes) => new(
        0,
        "key"u8.ToArray(),
        null,
        new(new byte[100], new byte[20_000]),
        new([], null),
        new TestHeader(new byte[400], new byte[bytes - 20_500]));

    /// <summary>A batch of exactly this many bytes, in records that stay below the limit of a message.</summary>
    private static byte[] BatchOf(int bytes)
    {
        const int part = 1_000_000;
        var without = Batch(20_000);
        var batch = Batch(20_000 + bytes - without.Length);
        Assert.Equal(bytes, batch.Length);
        return batch;

        static byte[] Batch(int rest) =>
            TestBatch.Build(new(0, null, new byte[part]), new(0, null, new byte[part]), new TestRecord(0, null, new byte[rest]));
    }
}
