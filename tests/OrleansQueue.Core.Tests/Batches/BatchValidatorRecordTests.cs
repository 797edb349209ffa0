using OrleansQueue.Batches;
using static OrleansQueue.Core.Tests.Batches.BatchForge;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Records whose lengths, counts and offsets contradict the bytes.</summary>
public sealed class BatchValidatorRecordTests
{
    private static readonly byte[] Small = Record(Front(), Sized("k"u8.ToArray()), Sized("v"u8.ToArray()), Number(0));

    [Fact]
    public void Record_written_by_hand_passes() => Door.Passes(FromRecords(Small));

    [Fact]
    public void Trailing_bytes_behind_the_last_record_are_refused() => Door.Refuses(
        FromBytes(1, BatchCompression.None, [.. Small, 0, 0]),
        "batch records",
        $"{Small.Length + 2}",
        $"{Small.Length} bytes, where the last of 1 records ends");

    [Fact]
    public void Record_count_beyond_the_records_is_refused() =>
        Refuses(FromBytes(2, BatchCompression.None, Small), "record length", record: 1);

    [Fact]
    public void Record_count_short_of_the_records_is_refused() => Door.Refuses(
        FromBytes(1, BatchCompression.None, [.. Small, .. Small]),
        "batch records",
        $"{2 * Small.Length}",
        $"{Small.Length} bytes, where the last of 1 records ends");

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    [InlineData(long.MaxValue)]
    public void Record_length_past_the_batch_is_refused(long length) =>
        Refuses(FromBytes(1, BatchCompression.None, [.. Number(length), .. new byte[length == 1 ? 0 : 20]]), "record length");

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Record_length_below_0_is_refused(int length) =>
        Refuses(FromBytes(1, BatchCompression.None, [.. Number(length), .. new byte[20]]), "record length");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Record_too_short_for_its_timestamp_is_refused(int length) =>
        Refuses(FromRecords(Record(new byte[length])), "record timestamp delta");

    [Fact]
    public void Record_too_short_for_its_offset_is_refused() => Refuses(FromRecords(Record(new byte[2])), "record offset delta");

    [Fact]
    public void Timestamp_delta_of_eleven_bytes_is_refused() =>
        Refuses(FromRecords(Record([0], [.. Enumerable.Repeat((byte)0x80, 10)], new byte[10])), "record timestamp delta");

    [Fact]
    public void Offset_delta_of_more_than_32_bits_is_refused() =>
        Refuses(FromRecords(Record([0, 0], Number(1L << 40), Null(), Null(), Number(0))), "record offset delta");

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Offset_delta_other_than_the_place_in_the_batch_is_refused(int delta) => Door.Refuses(
        FromRecords(Record(Front(delta), Null(), Null(), Number(0))),
        "record offset delta",
        $"{delta}",
        "0, its place in the batch");

    [Fact]
    public void Repeated_offset_delta_is_refused() =>
        Door.Refuses(FromRecords(Small, Small), "record offset delta", "0", "1, its place in the batch");

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    [InlineData(21)]
    [InlineData(int.MaxValue)]
    public void Key_length_that_does_not_fit_is_refused(int length) =>
        Refuses(FromRecords(Record(Front(), Number(length), new byte[20])), "record key length");

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    [InlineData(21)]
    [InlineData(int.MaxValue)]
    public void Value_length_that_does_not_fit_is_refused(int length) =>
        Refuses(FromRecords(Record(Front(), Null(), Number(length), new byte[20])), "record value length");

    [Fact]
    public void Value_that_reaches_into_the_next_record_is_refused()
    {
        // The bytes are there, but they belong to the record behind.
        var greedy = Record(Front(), Null(), Number(5));
        Refuses(FromRecords(greedy, Small), "record value length");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(11)]
    [InlineData(1_000_000)]
    [InlineData(int.MaxValue)]
    public void Header_count_that_does_not_fit_is_refused_before_any_header_is_walked(int count) =>
        Refuses(FromRecords(Record(Front(), Null(), Null(), Number(count), new byte[20])), "record header count");

    [Fact]
    public void Record_that_ends_before_its_header_count_is_refused() =>
        Refuses(FromRecords(Record(Front(), Null(), Null())), "record header count");

    [Fact]
    public void Bytes_behind_a_record_without_headers_are_refused() =>
        Refuses(FromRecords(Record(Front(), Null(), Null(), Number(0), new byte[1])), "record header count");

    [Fact]
    public void Bytes_behind_the_last_header_are_refused() => Door.Refuses(
        FromRecords(Record(Front(), Null(), Null(), Number(1), Sized("n"u8.ToArray()), Null(), new byte[3])),
        "record length",
        "3 bytes too long",
        "up to the end of its last header");

    [Theory]
    [InlineData(-1)]
    [InlineData(-2)]
    [InlineData(20)]
    [InlineData(int.MaxValue)]
    public void Header_name_that_is_null_or_does_not_fit_is_refused(int length) => Door.Refuses(
        FromRecords(Record(Front(), Null(), Null(), Number(1), Number(length), new byte[10])),
        "record header length",
        "wrong in header 0",
        "bytes within the record");

    [Theory]
    [InlineData(-2)]
    [InlineData(20)]
    [InlineData(int.MinValue)]
    public void Header_value_that_does_not_fit_is_refused(int length) => Door.Refuses(
        FromRecords(Record(Front(), Null(), Null(), Number(2), Sized([]), Null(), Sized([]), Number(length), new byte[10])),
        "record header length",
        "wrong in header 1",
        "bytes within the record");

    [Fact]
    public void Attributes_of_a_record_are_carried_as_they_are() =>
        Door.Passes(FromRecords(Record([0xFF, 0, 0], Null(), Null(), Number(0))));

    private static void Refuses(byte[] batch, string field, int record = 0) =>
        Door.Refuses(batch, field, $"wrong in record {record}", "what fits the batch");
}
