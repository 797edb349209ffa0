using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class BatchValidatorTimestampTests
{
    // Ten million seconds, the time at the door, and one hour.
    private const long Latest = 10_000_000_000 + 3_600_000;

    [Fact]
    public void Timestamp_one_hour_ahead_passes_where_the_producers_are_kept() =>
        Door.Passes(TestBatch.Build(new TestRecord(Latest, "key", "value")), Door.Create);

    [Fact]
    public void Timestamp_beyond_one_hour_ahead_is_refused_where_the_producers_are_kept() => Door.Refuses(
        TestBatch.Build(new TestRecord(Latest + 1, "key", "value")),
        "batch max timestamp",
        "10003600001",
        "at most 10003600000, 01:00:00 ahead of the broker",
        Door.Create);

    [Fact]
    public void Timestamp_at_the_end_of_numbers_is_refused_where_the_producers_are_kept() => Door.Refuses(
        TestBatch.Build(new TestRecord(long.MaxValue, "key", "value")),
        "batch max timestamp",
        "9223372036854775807",
        "at most 10003600000, 01:00:00 ahead of the broker",
        Door.Create);

    [Fact]
    public void Timestamp_at_the_beginning_of_numbers_passes() =>
        Door.Passes(TestBatch.Build(new TestRecord(long.MinValue, "key", "value")), Door.Create);

    [Fact]
    public void Timestamp_far_ahead_passes_where_the_silo_writes_its_own() =>
        Door.Passes(TestBatch.Build(new TestRecord(long.MaxValue, "key", "value")));

    [Fact]
    public void Record_at_the_max_timestamp_passes_and_a_later_one_is_refused()
    {
        var batch = TestBatch.Build(new(100, "a", "1"), new TestRecord(105, "b", "2"));
        Door.Passes(batch, Door.Create);
        Door.Refuses(
            batch.WithInt64(BatchLayout.MaxTimestamp, 104),
            "record timestamp delta",
            "5",
            "no later than the batch's max timestamp",
            Door.Create);
    }

    [Fact]
    public void Record_whose_delta_wraps_round_into_the_far_future_is_refused()
    {
        // A reader adds the delta with wrap-around and would show the latest time there is, past the limit of one hour.
        byte[] delta = [0, .. BatchForge.Number(-1), .. BatchForge.Number(0)];
        var batch = BatchForge.FromRecords(BatchForge.Record(delta, BatchForge.Null(), BatchForge.Null(), BatchForge.Number(0)))
            .WithInt64(BatchLayout.BaseTimestamp, long.MinValue);
        Assert.Equal(long.MaxValue, Assert.Single(TestBatch.Read(batch)).Timestamp);
        Door.Refuses(batch, "record timestamp delta", "-1", "no later than the batch's max timestamp", Door.Create);
    }

    [Theory]
    [InlineData(long.MaxValue, long.MinValue)]
    [InlineData(long.MinValue, long.MaxValue)]
    public void Timestamps_farther_apart_than_a_number_reaches_pass_as_the_builder_wrote_them(long first, long second) =>
        Door.Passes(TestBatch.Build(new(first, "a", "1"), new TestRecord(second, "b", "2")));

    [Fact]
    public void Append_time_set_by_the_producer_is_refused_where_the_producers_are_kept()
    {
        var batch = TestBatch.Build(TestBatch.ThreeRecords).WithInt16(BatchLayout.Attributes, 0x08);
        Door.Refuses(batch, "batch attributes", "8", "producer's timestamps, as the topic says timestamps: create", Door.Create);
        Door.Passes(batch);
    }

    [Fact]
    public void Limit_ahead_of_the_broker_is_an_option()
    {
        var limits = new BatchLimits { MaxTimestampAhead = TimeSpan.FromSeconds(2) };
        var latest = Door.Now.UnixMilliseconds + 2_000;
        Door.Passes(TestBatch.Build(new TestRecord(latest, "key", "value")), Door.Create, limits);
        Door.Refuses(
            TestBatch.Build(new TestRecord(latest + 1, "key", "value")),
            "batch max timestamp",
            "10000002001",
            "at most 10000002000, 00:00:02 ahead of the broker",
            Door.Create,
            limits);
    }
}
