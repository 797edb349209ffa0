using OrleansQueue.Batches;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class LogStateTests
{
    private static readonly Offset Segment = new(500);

    [Fact]
    public void A_state_reads_back_what_was_written()
    {
        var state = State();
        var file = state.Write(Segment);
        var read = LogState.Read(file, Segment);
        Assert.NotNull(read);
        Assert.Equal(state.Epochs.Entries, read.Epochs.Entries);
        Assert.Equal(state.Producers!.Count, read.Producers!.Count);
        foreach (var (written, found) in state.Producers.States.Zip(read.Producers.States))
        {
            Assert.Equal(written.Id, found.Id);
            Assert.Equal(written.Epoch, found.Epoch);
            Assert.Equal(written.LastTime, found.LastTime);
            Assert.Equal(written.Batches, found.Batches);
        }

        Assert.Equal(file, read.Write(Segment));
    }

    [Fact]
    public void An_empty_state_has_no_producers_after_reading()
    {
        var read = LogState.Read(new LogState().Write(Segment), Segment);
        Assert.NotNull(read);
        Assert.Null(read.Producers);
        Assert.Equal(Epoch.None, read.Epochs.Latest);
    }

    [Fact]
    public void A_state_with_any_damaged_byte_or_of_another_segment_is_not_believed()
    {
        var file = State().Write(Segment);
        Assert.All(IndexTests.Damaged(file), damaged => Assert.Null(LogState.Read(damaged, Segment)));
        Assert.Null(LogState.Read(file, Segment.Plus(1)));
        Assert.Null(LogState.Read(null, Segment));
    }

    [Fact]
    public void A_copy_changes_apart_from_its_original()
    {
        var state = State();
        var before = state.Write(Segment);
        var copy = state.Copy();
        Assert.Equal(before, copy.Write(Segment));
        copy.Add(Header(1, 99, 40, 4, epoch: 9), new(9_999));
        Assert.Equal(before, state.Write(Segment));
        Assert.NotEqual(before, copy.Write(Segment));
    }

    [Fact]
    public void Later_batches_and_the_state_before_them_make_the_state_of_all()
    {
        var all = new LogState();
        var older = new LogState();
        var later = new LogState();
        var random = new Random(7);
        var next = new Dictionary<long, int>();
        for (var i = 0; i < 60; i++)
        {
            var producer = random.Next(1, 6);
            var first = next.GetValueOrDefault(producer);
            next[producer] = first + 2;
            var header = Header(producer, first, i * 2, 2, epoch: i / 10);
            all.Add(header, new(i));
            (i < 45 ? older : later).Add(header, new(i));
        }

        later.AddOlder(older);
        Assert.Equal(all.Epochs.Entries, later.Epochs.Entries);
        foreach (var expected in all.Producers!.States)
        {
            var found = later.Producers!.States.Single(state => state.Id == expected.Id);
            Assert.Equal(expected.Batches, found.Batches);
            Assert.Equal(expected.LastTime, found.LastTime);
        }
    }

    [Fact]
    public void A_producer_is_as_old_as_its_append_and_not_as_its_own_clock_says()
    {
        var state = new LogState();
        state.Add(Header(1, 0, 0, 1, epoch: 0) with { MaxTimestamp = new(5) }, new(7_000));
        Assert.Equal(new Timestamp(7_000), state.Producers!.States.Single().LastTime);
    }

    private static LogState State()
    {
        var state = new LogState();
        for (var i = 0; i < 12; i++)
        {
            state.Add(Header(1 + (i % 3), i / 3 * 4, i * 4, 4, epoch: i / 4), new(1_000 + i));
        }

        return state;
    }

    private static RecordBatchHeader Header(long producer, int first, long offset, int records, int epoch) => new()
    {
        BaseOffset = new(offset),
        Epoch = new(epoch),
        LastOffsetDelta = records - 1,
        RecordCount = records,
        Producer = new(new(producer), new(0), new(first)),
    };
}
