using System.Buffers;
using OrleansQueue.Duties;

namespace OrleansQueue.Core.Tests.Duties;

/// <summary>The bytes of duties: what an older version wrote is read for ever, what is written today is what is checked in.</summary>
public sealed class DutyIndexStateTests
{
    private const string Partition = "p-0197a000000070008000000000000aaa-00003";
    private static readonly Timestamp Due = new(1_767_225_600_000);

    [Theory]
    [InlineData("entry-set.bin", Partition, 1_767_225_600_000)]
    [InlineData("entry-before-1970.bin", "Zeit", -1L)]
    [InlineData("entry-removed.bin", Partition, null)]
    [InlineData("entry-name.bin", "na\u00EFve \uD83D\uDE00", 0L)]
    public void Entry_that_is_checked_in_is_written_the_same_today_and_read(string file, string holder, long? due)
    {
        var time = due is { } milliseconds ? new Timestamp(milliseconds) : (Timestamp?)null;
        Assert.Equal(Golden(file), DutyIndexState.EntryOf(holder, time));

        var state = new DutyIndexState();
        state.Apply(DutyIndexState.EntryOf(holder, new Timestamp(5)));
        state.Apply(Golden(file));
        Assert.Equal(time, state.DueOf(holder));
    }

    [Fact]
    public void Snapshot_that_is_checked_in_is_written_the_same_today_and_read()
    {
        var state = new DutyIndexState();
        state.Apply(DutyIndexState.EntryOf(Partition, Due));
        state.Apply(DutyIndexState.EntryOf("b", new Timestamp(7)));
        state.Apply(DutyIndexState.EntryOf("a", new Timestamp(7)));
        Assert.Equal(Golden("snapshot.bin"), Snapshot(state));

        var read = new DutyIndexState();
        read.Apply(DutyIndexState.EntryOf("what was there before", Due));
        read.ReadSnapshot(Golden("snapshot.bin"));
        Assert.Equal([(new Timestamp(7), "a"), (new Timestamp(7), "b"), (Due, Partition)], read.All);
        Assert.Equal(Due, read.DueOf(Partition));
    }

    [Fact]
    public void Snapshot_of_nothing_is_empty()
    {
        var state = new DutyIndexState();
        Assert.Empty(Snapshot(state));
        state.Apply(DutyIndexState.EntryOf("a", Due));
        state.ReadSnapshot([]);
        Assert.Empty(state.All);
        Assert.Null(state.DueOf("a"));
    }

    [Fact]
    public void Due_are_those_whose_time_has_come_in_the_order_of_their_times()
    {
        var state = new DutyIndexState();
        foreach (var (holder, due) in new[] { ("c", 3), ("a", 1), ("d", 4), ("b", 2) })
        {
            state.Apply(DutyIndexState.EntryOf(holder, new Timestamp(due)));
        }

        Assert.Equal(["a", "b", "c"], state.DueAt(new Timestamp(3)).Select(duty => duty.Holder));
        Assert.Empty(state.DueAt(new Timestamp(0)));
    }

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Formats", "duties", name));

    private static byte[] Snapshot(DutyIndexState state)
    {
        var to = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(to);
        return to.WrittenSpan.ToArray();
    }
}
