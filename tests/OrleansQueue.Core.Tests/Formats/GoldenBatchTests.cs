using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Batches;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>A batch written by an older version opens for ever, and the same records give the same bytes for ever.</summary>
public sealed class GoldenBatchTests
{
    public static TheoryData<string> All =>
        [GoldenBatches.Plain, GoldenBatches.Gzip, GoldenBatches.Stamped, GoldenBatches.Idempotent];

    [Theory]
    [MemberData(nameof(All))]
    public void Golden_batch_is_whole_and_passes_the_door(string name)
    {
        var batch = GoldenBatches.Load(name);
        Assert.Null(BatchEnvelope.Check(batch, out _));
        Door.Passes(batch);
    }

    [Theory]
    [InlineData(GoldenBatches.Plain)]
    [InlineData(GoldenBatches.Gzip)]
    [InlineData(GoldenBatches.Idempotent)]
    public void Golden_batch_holds_its_records(string name) =>
        Assert.Equal(GoldenBatches.Records, TestBatch.Read(GoldenBatches.Load(name)));

    [Fact]
    public void Plain_batch_is_written_the_same_today() =>
        Assert.Equal(GoldenBatches.Load(GoldenBatches.Plain), TestBatch.Build(GoldenBatches.Records));

    [Fact]
    public void Idempotent_batch_is_written_the_same_today() => Assert.Equal(
        GoldenBatches.Load(GoldenBatches.Idempotent),
        TestBatch.BuildAs(BatchCompression.None, GoldenBatches.Producer, GoldenBatches.Records));

    [Fact]
    public void Stamped_batch_is_written_the_same_today() => Assert.Equal(
        GoldenBatches.Load(GoldenBatches.Stamped),
        BatchStampTests.Stamp(
            TestBatch.Build(GoldenBatches.Records),
            GoldenBatches.StampedOffset,
            GoldenBatches.StampedEpoch,
            GoldenBatches.StampedTime));

    [Fact]
    public void Stamped_batch_holds_its_records_at_the_append_time() => Assert.Equal(
        GoldenBatches.Records.Select(r => r with { Timestamp = GoldenBatches.StampedTime.UnixMilliseconds }),
        TestBatch.Read(GoldenBatches.Load(GoldenBatches.Stamped)));

    [Fact]
    public void Stamped_batch_says_offset_epoch_and_time()
    {
        var header = RecordBatchHeader.Read(GoldenBatches.Load(GoldenBatches.Stamped));
        Assert.Equal(GoldenBatches.StampedOffset, header.BaseOffset);
        Assert.Equal(GoldenBatches.StampedOffset.Plus(5), header.LastOffset);
        Assert.Equal(GoldenBatches.StampedEpoch, header.Epoch);
        Assert.Equal(TimestampKind.Append, header.Attributes.TimestampKind);
        Assert.Equal(GoldenBatches.StampedTime, header.MaxTimestamp);
        Assert.Equal(GoldenBatches.Records[0].Timestamp, header.BaseTimestamp.UnixMilliseconds);
    }

    [Fact]
    public void Gzip_batch_says_gzip_and_no_producer()
    {
        var header = RecordBatchHeader.Read(GoldenBatches.Load(GoldenBatches.Gzip));
        Assert.Equal(BatchCompression.Gzip, header.Attributes.Compression);
        Assert.Equal(ProducerStamp.None, header.Producer);
    }

    [Fact]
    public void Idempotent_batch_says_its_producer()
    {
        var header = RecordBatchHeader.Read(GoldenBatches.Load(GoldenBatches.Idempotent));
        Assert.Equal(GoldenBatches.Producer, header.Producer);
        Assert.True(header.Producer.IsIdempotent);
    }
}
