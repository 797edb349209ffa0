using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class RecordRoundTripProperties
{
    [Theory]
    [InlineData(BatchCompression.None)]
    [InlineData(BatchCompression.Gzip)]
    public void Any_records_come_back_as_they_went_in(BatchCompression codec) =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), records =>
        {
            Assert.Equal(records, TestBatch.Read(TestBatch.BuildAs(codec, ProducerStamp.None, records)));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(BatchCompression.None)]
    [InlineData(BatchCompression.Gzip)]
    public void Any_records_within_the_limits_pass_the_door(BatchCompression codec) =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), records =>
        {
            Door.Passes(TestBatch.BuildAs(codec, ProducerStamp.None, records));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Header_of_any_batch_says_count_first_and_latest_timestamp() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), records =>
        {
            var batch = TestBatch.Build(records);
            var header = RecordBatchHeader.Read(batch);
            Assert.Equal(batch.Length, header.SizeInBytes);
            Assert.Equal(records.Length, header.RecordCount);
            Assert.Equal(records.Length - 1, header.LastOffsetDelta);
            Assert.Equal(records[0].Timestamp, header.BaseTimestamp.UnixMilliseconds);
            Assert.Equal(records.Max(r => r.Timestamp), header.MaxTimestamp.UnixMilliseconds);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_builder_makes_the_same_bytes_again_and_again() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Records), records =>
        {
            var builder = new RecordBatchBuilder(RecordBatchHeader.Size);
            Assert.Equal(BuildWith(builder, records), BuildWith(builder, records));
        }).QuickCheckThrowOnFailure();

    private static byte[] BuildWith(RecordBatchBuilder builder, TestRecord[] records)
    {
        foreach (var record in records)
        {
            record.AppendTo(builder);
        }

        return builder.Build(ProducerStamp.None).ToArray();
    }
}
