using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Core.Tests.Batches;

namespace OrleansQueue.Core.Tests.Primitives;

public sealed class TimestampTests
{
    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(5, -10, -5)]
    [InlineData(long.MaxValue - 1, 1, long.MaxValue)]
    [InlineData(long.MaxValue, 1, long.MaxValue)]
    [InlineData(long.MaxValue - 5, 6, long.MaxValue)]
    [InlineData(long.MinValue + 1, -1, long.MinValue)]
    [InlineData(long.MinValue, -1, long.MinValue)]
    public void Time_moves_by_a_span_and_stops_at_the_ends(long from, long milliseconds, long to) =>
        Assert.Equal(new Timestamp(to), new Timestamp(from).Plus(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Longest_spans_stop_at_the_ends()
    {
        Assert.Equal(new Timestamp(long.MaxValue), new Timestamp(long.MaxValue).Plus(TimeSpan.MaxValue));
        Assert.Equal(new Timestamp(long.MinValue), new Timestamp(long.MinValue).Plus(TimeSpan.MinValue));
        Assert.Equal(new Timestamp(922_337_203_685_477), new Timestamp(0).Plus(TimeSpan.MaxValue));
    }

    [Fact]
    public void Moving_forward_never_goes_back() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Timestamps), Arb.From(Gen.Choose(0, int.MaxValue)), (from, milliseconds) =>
            new Timestamp(from).Plus(TimeSpan.FromMilliseconds(milliseconds)) >= new Timestamp(from)).QuickCheckThrowOnFailure();

    [Fact]
    public void Now_is_what_the_clock_shows() => Assert.Equal(new Timestamp(1_234_567), Timestamp.Now(new StoppedClock()));

    [Fact]
    public void Order_follows_time()
    {
        var (early, late) = (new Timestamp(-5), new Timestamp(3));
        Assert.True(early < late && late > early && early <= late && late >= early);
        Assert.Equal(late, Timestamp.Max(early, late));
        Assert.Equal(late, Timestamp.Max(late, early));
        Assert.True(early.CompareTo(late) < 0);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(1_234_567);
    }
}
