using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A bad batch is refused in a sentence that names field, value and limit; nothing of it is stored and nobody else is disturbed.</summary>
public abstract class DoorSpec : BrokerSpec
{
    private static readonly ReadOnlyMemory<byte> Three = Batch.Of("one", "two", "three");

    private static byte[] Records(params byte[][] records) => [.. records.SelectMany(record => record)];

    /// <summary>What a producer, hostile or broken, may send, and what it is told.</summary>
    private static readonly Dictionary<string, (Func<ReadOnlyMemory<byte>> Make, string Sentence)> Bad = new()
    {
        ["nothing at all"] = (() => default, "batch size is 0; allowed is at least the 61 bytes of a header."),
        ["less than a header"] = (() => Three[..60], "batch size is 60; allowed is at least the 61 bytes of a header."),
        ["a cut batch"] = (() => Three[..^1], $"batch length is {Three.Length - 12}; allowed is {Three.Length - 13}, the bytes that follow it."),
        ["two batches"] = (() => (byte[])[.. Three.Span, .. Three.Span], $"batch length is {Three.Length - 12}; allowed is {(2 * Three.Length) - 12}, the bytes that follow it."),
        ["a length past the batch"] = (() => Three.WithInt32(BatchLayout.Length, 1_000_000), $"batch length is 1000000; allowed is {Three.Length - 12}, the bytes that follow it."),
        ["a negative length"] = (() => Three.WithInt32(BatchLayout.Length, int.MinValue), $"batch length is -2147483648; allowed is {Three.Length - 12}, the bytes that follow it."),
        ["an old format"] = (() => Three.With(b => b[BatchLayout.Magic] = 1), "batch magic is 1; allowed is 2."),
        ["a wrong CRC"] = (() => Spoil(Three), $"batch CRC is 0x{RecordBatchHeader.Read(Spoil(Three).Span).Crc:x8}; allowed is 0x{Crc32C.Compute(Spoil(Three).Span[BatchLayout.Attributes..]):x8}, which its bytes give."),
        ["no records"] = (() => Forge.FromBytes(0, BatchCompression.None, []), "batch last offset delta is -1; allowed is 0 or more."),
        ["no records under offsets"] = (() => Three.WithInt32(BatchLayout.RecordCount, 0), "batch record count is 0; allowed is 3, as many as its offsets, and at least 1."),
        ["fewer records than said"] = (() => Forge.FromBytes(2, BatchCompression.None, Forge.Record(0, [1])), "record length is wrong in record 1; allowed is what fits the batch."),
        ["more records than said"] = (() => Forge.FromBytes(1, BatchCompression.None, Records(Forge.Record(0, [1]), Forge.Record(1, [2]))), "batch records is 16; allowed is 8 bytes, where the last of 1 records ends."),
        ["a count that is not that of the offsets"] = (() => Three.WithInt32(BatchLayout.RecordCount, 2), "batch record count is 2; allowed is 3, as many as its offsets, and at least 1."),
        ["a count of two thousand million"] = (() => Three.WithInt32(BatchLayout.RecordCount, int.MaxValue), "batch record count is 2147483647; allowed is 0 to 3, as its offsets allow."),
        ["a negative count"] = (() => Three.WithInt32(BatchLayout.RecordCount, -1), "batch record count is -1; allowed is 0 to 3, as its offsets allow."),
        ["a negative offset delta"] = (() => Three.WithInt32(BatchLayout.LastOffsetDelta, -1), "batch last offset delta is -1; allowed is 0 or more."),
        ["a record's negative offset delta"] = (() => Forge.FromBytes(1, BatchCompression.None, Forge.Record(-1, [1])), "record offset delta is -1; allowed is 0, its place in the batch."),
        ["a record's offset delta that overflows"] = (() => Forge.FromBytes(1, BatchCompression.None, Forge.Record(int.MaxValue, [1])), "record offset delta is 2147483647; allowed is 0, its place in the batch."),
        ["a base offset that overflows"] = (() => Three.WithInt64(BatchLayout.BaseOffset, long.MaxValue), $"batch base offset is 9223372036854775807; allowed is 0 to {long.MaxValue - int.MaxValue - 1}."),
        ["a negative base offset"] = (() => Three.WithInt64(BatchLayout.BaseOffset, -1), $"batch base offset is -1; allowed is 0 to {long.MaxValue - int.MaxValue - 1}."),
        ["a marker"] = (() => Three.WithInt16(BatchLayout.Attributes, 0x20), "batch attributes is 32; allowed is compression and timestamp kind only."),
        ["a transaction that nobody opened"] = (() => Three.WithInt16(BatchLayout.Attributes, 0x10), "batch attributes is 16; allowed is compression and timestamp kind only."),
        ["a flag that has no meaning"] = (() => Three.WithInt16(BatchLayout.Attributes, 0x100), "batch attributes is 256; allowed is compression and timestamp kind only."),
        ["a codec that does not exist"] = (() => Three.WithInt16(BatchLayout.Attributes, 7), "compression is 7; allowed is 0 (none) to 4 (zstd)."),
        ["a codec that the broker cannot open"] = (() => Forge.FromBytes(1, BatchCompression.Zstd, [1]), "compression is Zstd; allowed is none or gzip, unless the topic says foreign-codecs: accept."),
        ["half a producer"] = (() => Three.WithInt64(BatchLayout.ProducerId, 7), "batch producer is id 7, epoch -1, sequence -1; allowed is id, epoch and sequence of 0 or more, or all of them -1."),
        ["a negative producer"] = (() => Batch.From(new ProducerStamp(new(-2), new(0), new(0)), "x"), "batch producer is id -2, epoch 0, sequence 0; allowed is id, epoch and sequence of 0 or more, or all of them -1."),
        ["a decompression bomb"] = (() => Forge.FromBytes(1, BatchCompression.Gzip, Forge.Gzip(new byte[200 << 20])), "opened batch size is more than 16777216 bytes; allowed is 16777216 bytes."),
        ["garbage for gzip"] = (() => Forge.FromBytes(1, BatchCompression.Gzip, "this is no gzip stream"u8.ToArray()), "gzip records is damaged; allowed is one whole gzip stream (RFC 1952)."),
        ["half a gzip stream"] = (() => Forge.FromBytes(1, BatchCompression.Gzip, Forge.Gzip(Forge.Record(0, [1]))[..^4]), "gzip records is cut short or followed by other bytes; allowed is one whole gzip stream (RFC 1952)."),
        ["a message over 1 MiB"] = (() => Batch.OfSize((1 << 20) + 1), "message size is 1048577; allowed is at most 1048576 bytes of key, value and headers."),
        ["a batch over 2 MiB"] = (() => Batch.OfSize(2 << 20), $"batch size is {Batch.OfSize(2 << 20).Length}; allowed is at most 2097152 bytes."),
        ["a key over 64 KiB"] = (() => WithKey(65_537, BatchCompression.None), "record key size is 65537; allowed is at most 65536 bytes."),
        ["a key of 10 MB in a small batch"] = (() => WithKey(10_000_000, BatchCompression.Gzip), "record key size is 10000000; allowed is at most 65536 bytes."),
        ["a million headers"] = (() => Forge.FromBytes(1, BatchCompression.None, Headers(1_000_000)), "header count is 1000000; allowed is at most 256."),
        ["a million headers in a small batch"] = (() => Forge.FromBytes(1, BatchCompression.Gzip, Forge.Gzip(Headers(1_000_000))), "header count is 1000000; allowed is at most 256."),
        ["headers that are not there"] = (() => Forge.FromBytes(1, BatchCompression.None, Forge.Record(0, [], [], headerCount: 3)), "record header count is wrong in record 0; allowed is what fits the batch."),
        ["64 KiB of headers and one byte more"] = (() => WithHeader(65_536), "header size is 65537; allowed is at most 65536 bytes of names and values."),
    };

    public static TheoryData<string> Kinds => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bad_batch_is_refused_and_everybody_goes_on(string kind)
    {
        var (make, sentence) = Bad[kind];
        var (place, other) = (await CreatePartitionAsync(), await CreatePartitionAsync());
        await AppendAsync(place, "before");

        var refused = Assert.IsType<ProduceResult.Refused>(await ProduceAsync(place, make()));

        Assert.Equal(sentence, refused.Reason.ToString());
        Assert.Equal(new Offset(1), (await AppendAsync(place, "after")).BaseOffset);
        Assert.Equal([(0, "before"), (1, "after")], await ReadAllAsync(place));
        await AssertGoesOnAsync(other);
    }

    [Fact]
    public async Task Refused_batch_uses_up_no_sequence()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        var stamp = new ProducerStamp(producer.Id, producer.Epoch, new Sequence(0));

        Assert.IsType<ProduceResult.Refused>(await ProduceAsync(place, Batch.From(stamp, "x").WithInt16(BatchLayout.Attributes, 0x20)));
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(stamp, "x")));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public async Task Producers_timestamp_means_nothing_where_the_broker_gives_its_own(long timestamp)
    {
        var place = await CreatePartitionAsync();

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, At(timestamp)));
        await AssertGoesOnAsync(place);
    }

    [Fact]
    public async Task Producers_timestamp_far_ahead_is_refused_where_the_topic_keeps_it()
    {
        var place = await CreatePartitionAsync(new TopicSettings { Timestamps = TimestampKind.Create });

        var refused = Assert.IsType<ProduceResult.Refused>(await ProduceAsync(place, At(long.MaxValue)));
        Assert.Equal("batch max timestamp", refused.Reason.Field);
        Assert.Equal("9223372036854775807", refused.Reason.Value);
        Assert.EndsWith(", 01:00:00 ahead of the broker", refused.Reason.Limit, StringComparison.Ordinal);

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, At(long.MinValue)));
        await AssertGoesOnAsync(place);
    }

    [Fact]
    public async Task Largest_batch_is_taken()
    {
        var place = await CreatePartitionAsync();
        // Values of that length need ten bytes more for their lengths than empty ones.
        var frame = Batch.Of("", "").Length + 10;
        var batch = Batch.Of(new string('x', 1 << 20), new string('y', (1 << 20) - frame));

        Assert.Equal(2 << 20, batch.Length);
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        Assert.Equal(2, (await ReadAllAsync(place)).Count);
    }

    private static ReadOnlyMemory<byte> Spoil(ReadOnlyMemory<byte> batch)
    {
        var copy = batch.ToArray();
        copy[^2] ^= 1;
        return copy;
    }

    private static ReadOnlyMemory<byte> At(long timestamp)
    {
        var builder = new RecordBatchBuilder(256);
        builder.Append(new Timestamp(timestamp), NullableBytes.Null, "x"u8);
        return builder.Build(ProducerStamp.None);
    }

    private static ReadOnlyMemory<byte> WithKey(int bytes, BatchCompression codec)
    {
        var builder = new RecordBatchBuilder(256, codec);
        builder.Append(new Timestamp(0), new byte[bytes].AsSpan(), NullableBytes.Null);
        return builder.Build(ProducerStamp.None);
    }

    private static ReadOnlyMemory<byte> WithHeader(int valueBytes)
    {
        var builder = new RecordBatchBuilder(256);
        builder.Append(new Timestamp(0), NullableBytes.Null, NullableBytes.Null, [new("n"u8.ToArray(), new byte[valueBytes])]);
        return builder.Build(ProducerStamp.None);
    }

    /// <summary>A record of so many headers, each of an empty name and a null value: two bytes.</summary>
    private static byte[] Headers(int count)
    {
        var headers = new byte[2 * count];
        for (var i = 1; i < headers.Length; i += 2)
        {
            headers[i] = 1;
        }

        return Forge.Record(0, [], headers, count);
    }
}
