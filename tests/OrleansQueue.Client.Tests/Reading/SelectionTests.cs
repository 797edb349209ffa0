using System.Buffers.Binary;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Reading;

/// <summary>Of an answer only the selection is shown.</summary>
public sealed class SelectionTests
{
    [Theory]
    [InlineData("0-30", "0-30")]
    [InlineData("5-7", "5-7")]
    [InlineData("0-1 9-11 29-30", "0-1 9-11 29-30")]
    [InlineData("10-20", "10-20")]
    [InlineData("0-3 3-5 5-30", "0-30")]
    [InlineData("12-100", "12-30")]
    [InlineData("", "")]
    [InlineData("30-40", "")]
    public void Records_outside_of_it_are_passed_over(string selection, string seen)
    {
        var records = Records(Batch(0, 10).Concat(Batch(10, 10)).Concat(Batch(20, 10)).ToArray(), Ranges(selection));

        Assert.Equal(Ranges(seen).SelectMany(Offsets), Walk(records));
    }

    [Fact]
    public void Markers_are_no_messages()
    {
        var marker = Batch(10, 1);
        marker[22] |= 0x20;

        Assert.Equal([0, 1, 11, 12], Walk(Records(Batch(0, 2).Concat(marker).Concat(Batch(11, 2)).ToArray(), Ranges("0-100"))));
    }

    [Fact]
    public void Compressed_batches_are_opened_and_their_memory_is_given_back()
    {
        var records = Records(Batch(0, 1_000, BatchCompression.Gzip).Concat(Batch(1_000, 10)).ToArray(), Ranges("500-1005"));

        Assert.Equal(Enumerable.Range(500, 505).Select(offset => (long)offset), Walk(records));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    public void An_answer_that_ends_within_a_batch_is_damaged(int length) =>
        Assert.Throws<InvalidBatchException>(() => Walk(Records(Batch(0, 10)[..length], Ranges("0-10"))));

    [Fact]
    public void A_length_that_cannot_be_is_damage()
    {
        var batch = Batch(0, 10);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), -5);

        Assert.Throws<InvalidBatchException>(() => Walk(Records(batch, Ranges("0-10"))));
    }

    private static byte[] Batch(long first, int count, BatchCompression compression = BatchCompression.None)
    {
        var builder = new RecordBatchBuilder(compression: compression);
        for (var i = 0; i < count; i++)
        {
            builder.Append(default, NullableBytes.Null, "value"u8);
        }

        var batch = builder.Build(ProducerStamp.None).ToArray();
        BinaryPrimitives.WriteInt64BigEndian(batch, first);
        return batch;
    }

    private static List<OffsetRange> Ranges(string text) =>
    [
        .. from range in text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           let ends = range.Split('-').Select(long.Parse).ToArray()
           select new OffsetRange(new(ends[0]), new(ends[1])),
    ];

    private static IEnumerable<long> Offsets(OffsetRange range)
    {
        for (var offset = range.First.Value; offset < range.End.Value; offset++)
        {
            yield return offset;
        }
    }

    private static FetchedRecords Records(byte[] bytes, IReadOnlyList<OffsetRange> selection) =>
        new("orders", default, new FetchResult.Fetched([bytes], selection, default, default, default, default));

    private static List<long> Walk(FetchedRecords records)
    {
        var offsets = new List<long>();
        foreach (var record in records)
        {
            Assert.Equal("value"u8, record.Value.Span);
            offsets.Add(record.Offset.Value);
        }

        return offsets;
    }
}
