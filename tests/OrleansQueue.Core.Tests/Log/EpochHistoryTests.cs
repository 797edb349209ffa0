using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class EpochHistoryTests
{
    private static readonly Offset End = new(100);

    [Theory]
    [InlineData(2, 1, null)]
    [InlineData(2, 30, null)]
    [InlineData(5, 30, null)]
    [InlineData(5, 60, null)]
    [InlineData(9, 61, null)]
    [InlineData(9, 100, null)]
    public void A_position_that_the_log_holds_does_not_diverge(int epoch, long offset, long? expected) =>
        Assert.Equal(expected, History().FindDivergence(new(epoch), new(offset), End)?.Value);

    [Theory]
    [InlineData(2, 31, 30)]
    [InlineData(5, 99, 60)]
    [InlineData(9, 101, 100)]
    public void An_offset_beyond_the_end_of_its_epoch_diverges_at_that_end(int epoch, long offset, long expected) =>
        Assert.Equal(expected, History().FindDivergence(new(epoch), new(offset), End)?.Value);

    [Theory]
    [InlineData(3, 20, 20)]
    [InlineData(3, 50, 30)]
    [InlineData(7, 90, 60)]
    public void An_epoch_that_wrote_nothing_here_diverges(int epoch, long offset, long expected) =>
        Assert.Equal(expected, History().FindDivergence(new(epoch), new(offset), End)?.Value);

    [Theory]
    [InlineData(10, 50, 50)]
    [InlineData(10, 120, 100)]
    public void An_epoch_newer_than_the_log_diverges(int epoch, long offset, long expected) =>
        Assert.Equal(expected, History().FindDivergence(new(epoch), new(offset), End)?.Value);

    [Fact]
    public void A_reader_that_has_read_nothing_never_diverges() =>
        Assert.Null(History().FindDivergence(Epoch.None, new(1_000), End));

    [Fact]
    public void Whoever_read_something_diverges_from_an_empty_log() =>
        Assert.Equal(Offset.Zero, new EpochHistory().FindDivergence(new(0), new(4), Offset.Zero));

    [Fact]
    public void A_trimmed_epoch_agrees_up_to_where_the_first_known_one_starts()
    {
        var history = History();
        history.Trim(new(61));
        Assert.Equal([(new Epoch(9), new Offset(60))], history.Entries);
        Assert.Null(history.FindDivergence(new(2), new(25), End));
        Assert.Null(history.FindDivergence(new(5), new(60), End));
        Assert.Equal(new Offset(60), history.FindDivergence(new(5), new(61), End));
    }

    [Fact]
    public void Trimming_keeps_the_epoch_of_the_last_record_that_is_gone()
    {
        var history = History();
        history.Trim(new(60));
        Assert.Equal([(new Epoch(5), new Offset(30)), (new Epoch(9), new Offset(60))], history.Entries);
        Assert.Equal(new Epoch(5), history.At(new(59)));
        history.Trim(new(1_000));
        Assert.Equal(new Epoch(9), history.Latest);
    }

    [Fact]
    public void Only_a_higher_epoch_makes_an_entry()
    {
        var history = History();
        history.Add(new(9), new(70));
        history.Add(new(4), new(80));
        Assert.Equal(3, history.Entries.Count);
        Assert.Equal(Epoch.None, new EpochHistory().Latest);
    }

    [Fact]
    public void What_an_earlier_segment_knows_goes_before()
    {
        var older = new EpochHistory();
        older.Add(new(1), new(0));
        older.Add(new(2), new(20));
        var history = History();
        history.AddOlder(older);
        Assert.Equal([(new Epoch(1), new Offset(0)), (new Epoch(2), new Offset(20)), (new Epoch(5), new Offset(30)), (new Epoch(9), new Offset(60))], history.Entries);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(2, 10)]
    [InlineData(2, 29)]
    [InlineData(5, 30)]
    [InlineData(9, 99)]
    public void Every_offset_has_the_epoch_that_wrote_there(int epoch, long offset)
    {
        var history = new EpochHistory();
        history.Add(new(2), new(10));
        history.Add(new(5), new(30));
        history.Add(new(9), new(60));
        Assert.Equal(new Epoch(epoch), history.At(new(offset)));
    }

    [Theory]
    [InlineData(2, 30)]
    [InlineData(5, 60)]
    [InlineData(9, 100)]
    [InlineData(4, 30)] // Epochs that wrote nothing end with the last one before them;
    [InlineData(7, 60)]
    [InlineData(20, 100)]
    [InlineData(1, 0)] // one before all of them ends where they begin.
    [InlineData(-1, 0)]
    public void An_epoch_ends_where_the_next_one_begins(int epoch, long end) => Assert.Equal(new Offset(end), History().EndOf(new(epoch), End));

    [Fact]
    public void Every_epoch_of_an_empty_log_ends_at_its_end() => Assert.Equal(End, new EpochHistory().EndOf(new(3), End));

    // Epoch 2 from 0 on, 5 from 30 on, 9 from 60 on.
    private static EpochHistory History()
    {
        var history = new EpochHistory();
        history.Add(new(2), new(0));
        history.Add(new(5), new(30));
        history.Add(new(9), new(60));
        return history;
    }
}
