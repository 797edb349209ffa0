using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Whatever bytes come, the door answers null or a refusal, and a reader reads or says that the batch is invalid.</summary>
public sealed class BatchFuzzProperties
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2_000);

    private static readonly Gen<byte[]> Batch =
        from records in ArbitraryRecords.Records
        from codec in Gen.Elements(BatchCompression.None, BatchCompression.Gzip)
        select TestBatch.BuildAs(codec, ProducerStamp.None, records);

    // Some bytes overwritten anywhere, with a liking for the values at which numbers change their size or sign.
    private static readonly Gen<byte[]> MutatedBatch =
        from batch in Batch
        from places in Gen.ArrayOf(Gen.Choose(0, int.MaxValue)).Resize(6)
        from values in Gen.ArrayOf(Gen.Frequency((1, Gen.Choose(0, 255)), (1, Gen.Elements(0, 1, 2, 127, 128, 255))), places.Length)
        select batch.With(b => Overwrite(b, places, values));

    // Any bytes in place of the records, below a header that agrees with them, so that the walk over the records is reached.
    private static readonly Gen<byte[]> RandomRecords =
        from count in Gen.Choose(1, 5)
        from codec in Gen.Elements(BatchCompression.None, BatchCompression.Gzip)
        from bytes in Gen.ArrayOf(Gen.Frequency((2, Gen.Choose(0, 255)), (3, Gen.Choose(0, 24))).Select(b => (byte)b))
        from zip in Gen.Elements(true, false)
        select BatchForge.FromBytes(count, codec, zip && codec == BatchCompression.Gzip ? BatchForge.Gzip(bytes) : bytes);

    [Fact]
    public void Random_bytes_never_make_the_door_throw() => Answers(ArbitraryRecords.Bytes);

    [Fact]
    public void Random_bytes_behind_a_right_length_and_CRC_never_make_the_door_throw() => Answers(
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), 200)
        select bytes.WithByte(BatchLayout.Magic, 2).WithInt32(BatchLayout.Length, 188));

    [Fact]
    public void Mutated_batches_under_a_right_CRC_never_make_the_door_throw() => Answers(MutatedBatch);

    [Fact]
    public void Random_records_under_a_right_header_never_make_the_door_throw() => Answers(RandomRecords);

    [Fact]
    public void Batch_cut_at_any_place_is_refused() =>
        Prop.ForAll(Arb.From(Batch), Arb.From(Gen.Choose(0, int.MaxValue)), (batch, cut) =>
        {
            Assert.NotNull(Door.Check(batch[..(cut % batch.Length)]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_the_door_lets_in_can_be_read() =>
        Prop.ForAll(Arb.From(Gen.OneOf(MutatedBatch, RandomRecords)), batch =>
        {
            if (Door.Check(batch) is null)
            {
                Assert.Equal(RecordBatchHeader.Read(batch).RecordCount, TestBatch.Read(batch).Count);
            }
        }).Check(Thorough);

    [Fact]
    public void Reader_of_any_bytes_reads_or_says_that_they_are_invalid() =>
        Prop.ForAll(Arb.From(Gen.OneOf(ArbitraryRecords.Bytes, MutatedBatch, RandomRecords)), batch =>
        {
            ReadOrRefuse(batch);
        }).Check(Thorough);

    private static void Answers(Gen<byte[]> batches) =>
        Prop.ForAll(Arb.From(batches), Arb.From(Gen.Elements(Door.Create, Door.Foreign)), (batch, policy) =>
        {
            // An exception would fail the property; the sentence is made here because it shows bytes from outside.
            _ = Door.Check(batch, policy)?.ToString();
        }).Check(Thorough);

    private static void ReadOrRefuse(byte[] batch)
    {
        try
        {
            using var opened = OpenedBatch.Open(batch, TestBatch.MaxOpened);
            var reader = opened.GetRecords();
            while (reader.MoveNext())
            {
                _ = TestRecord.From(reader.Current);
            }
        }
        catch (InvalidBatchException e)
        {
            Assert.NotNull(e.Reason);
        }
    }

    private static void Overwrite(byte[] batch, int[] places, int[] values)
    {
        for (var i = 0; i < places.Length; i++)
        {
            // Length and magic stay, or most mutations would end at the first check.
            var at = places[i] % batch.Length;
            if (at is < BatchLayout.Length or >= BatchLayout.Attributes)
            {
                batch[at] = (byte)values[i];
            }
        }
    }
}
