using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class BatchStampTests
{
    private static readonly Timestamp AppendTime = new(1_700_000_000_123);

    [Fact]
    public void Stamped_header_before_the_untouched_records_opens()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        var stamped = Stamp(batch, new(41), new(7), AppendTime);
        Assert.Null(BatchEnvelope.Check(stamped, out var header));
        Assert.Equal(new Offset(41), header.BaseOffset);
        Assert.Equal(new Offset(43), header.LastOffset);
        Assert.Equal(new Offset(44), header.NextOffset);
        Assert.Equal(new Epoch(7), header.Epoch);
        Assert.Equal(batch[RecordBatchHeader.Size..], stamped[RecordBatchHeader.Size..]);
    }

    [Fact]
    public void Every_record_of_a_stamped_batch_has_the_append_time()
    {
        var read = TestBatch.Read(Stamp(TestBatch.Build(TestBatch.ThreeRecords), new(41), new(7), AppendTime));
        Assert.Equal(TestBatch.ThreeRecords.Select(r => r with { Timestamp = AppendTime.UnixMilliseconds }), read);
    }

    [Fact]
    public void Append_time_sets_its_bit_and_the_max_timestamp_and_leaves_the_rest()
    {
        var batch = TestBatch.BuildGzip(TestBatch.ThreeRecords);
        var before = RecordBatchHeader.Read(batch);
        var after = RecordBatchHeader.Read(Stamp(batch, new(41), new(7), AppendTime));
        Assert.Equal(0x0009, after.Attributes.Bits);
        Assert.Equal(TimestampKind.Append, after.Attributes.TimestampKind);
        Assert.Equal(AppendTime, after.MaxTimestamp);
        Assert.NotEqual(before.Crc, after.Crc);
        var unstamped = after with
        {
            BaseOffset = before.BaseOffset,
            Epoch = before.Epoch,
            Attributes = before.Attributes,
            MaxTimestamp = before.MaxTimestamp,
            Crc = before.Crc,
        };
        Assert.Equal(before, unstamped);
    }

    [Fact]
    public void Without_append_time_only_base_offset_and_epoch_change()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        var stamped = Stamp(batch, new(41), new(7), appendTime: null);
        Assert.Null(BatchEnvelope.Check(stamped, out _));
        var changed = Enumerable.Range(0, batch.Length).Where(i => batch[i] != stamped[i]);
        Assert.Equal([7, 12, 13, 14, 15], changed);
        Assert.Equal(TestBatch.ThreeRecords, TestBatch.Read(stamped));
    }

    [Fact]
    public void Batch_of_the_caller_stays_as_it_was()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords);
        var copy = batch.ToArray();
        Stamp(batch, new(41), new(7), AppendTime);
        Assert.Equal(copy, batch);
    }

    [Fact]
    public void Stamping_a_stamped_batch_again_keeps_its_CRC_right()
    {
        var once = Stamp(TestBatch.Build(TestBatch.ThreeRecords), new(41), new(7), AppendTime);
        var twice = Stamp(once, new(99), new(8), AppendTime.Plus(TimeSpan.FromDays(1)));
        Assert.Null(BatchEnvelope.Check(twice, out var header));
        Assert.Equal(new Offset(99), header.BaseOffset);
        Assert.Equal(AppendTime.Plus(TimeSpan.FromDays(1)), header.MaxTimestamp);
    }

    [Fact]
    public void CRC_of_any_stamped_batch_is_the_one_its_bytes_give() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), Arb.From(ArbitraryRecords.Timestamps), (records, time) =>
        {
            var stamped = Stamp(TestBatch.Build(records), new(41), new(7), new(time));
            var crc = RecordBatchHeader.Read(stamped).Crc;
            Assert.Equal(ReferenceCrc32C.Compute(stamped.AsSpan(BatchLayout.Attributes)), crc);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void CRC_of_a_stamped_batch_of_two_mebibytes_is_the_one_its_bytes_give()
    {
        var value = Crc32CTests.RandomBytes(1_000_000, seed: 5);
        var stamped = Stamp(TestBatch.Build(new(0, null, value), new TestRecord(1, null, value)), new(41), new(7), AppendTime);
        Assert.Null(BatchEnvelope.Check(stamped, out _));
    }

    internal static byte[] Stamp(byte[] batch, Offset baseOffset, Epoch epoch, Timestamp? appendTime)
    {
        var header = new byte[RecordBatchHeader.Size];
        BatchStamp.Apply(batch, header, baseOffset, epoch, appendTime);
        return [.. header, .. batch[RecordBatchHeader.Size..]];
    }
}
