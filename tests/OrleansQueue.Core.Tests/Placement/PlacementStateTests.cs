using System.Buffers;
using OrleansQueue.Placement;

namespace OrleansQueue.Core.Tests.Placement;

/// <summary>The bytes of the map of partitions: what an older version wrote is read for ever, what is written today is what is checked in.</summary>
public sealed class PlacementStateTests
{
    private static readonly TopicId Orders = new(new Guid("0197a000-0000-7000-8000-0000000000aa"));
    private static readonly TopicId Bills = new(new Guid("0197a000-0000-7000-8000-0000000000bb"));

    [Theory]
    [InlineData("entry-placed.bin", "silo-0")]
    [InlineData("entry-name.bin", "na\u00EFve \uD83D\uDE00")]
    [InlineData("entry-forgotten.bin", "")]
    public void Entry_that_is_checked_in_is_written_the_same_today_and_read(string file, string silo)
    {
        TopicPartition[] partitions = file switch
        {
            "entry-placed.bin" => [Of(Orders, 0), Of(Orders, 3), Of(Bills, 9_999)],
            "entry-name.bin" => [Of(Orders, 0)],
            _ => [Of(Orders, 0), Of(Orders, 3)],
        };
        Assert.Equal(Golden(file), Assert.Single(PlacementState.EntriesOf(silo, partitions)));

        var state = new PlacementState();
        state.Apply(Assert.Single(PlacementState.EntriesOf("before", partitions)));
        state.Apply(Golden(file));
        Assert.All(partitions, partition => Assert.Equal(silo.Length == 0 ? null : silo, state.Find(partition)));
        Assert.Equal(silo.Length == 0 ? 0 : partitions.Length, state.Count);
        Assert.Equal(silo.Length == 0 ? [] : [silo], state.Silos);
    }

    [Fact]
    public void Snapshot_that_is_checked_in_is_written_the_same_today_and_read()
    {
        var state = new PlacementState();
        Apply(state, "silo-1", Of(Bills, 1));
        Apply(state, "silo-0", Of(Bills, 9_999), Of(Orders, 3), Of(Orders, 0));
        var to = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(to);
        Assert.Equal(Golden("snapshot.bin"), to.WrittenSpan.ToArray());

        var read = new PlacementState();
        Apply(read, "what was there before", Of(Orders, 7));
        read.ReadSnapshot(Golden("snapshot.bin"));
        Assert.Equal(4, read.Count);
        Assert.Equal(["silo-0", "silo-0", "silo-0", "silo-1", null], new[] { Of(Orders, 0), Of(Orders, 3), Of(Bills, 9_999), Of(Bills, 1), Of(Orders, 7) }.Select(read.Find));
    }

    [Fact]
    public void Many_partitions_are_several_entries()
    {
        var partitions = Enumerable.Range(0, 45_000).Select(number => Of(Orders, number)).ToList();
        var state = new PlacementState();
        var entries = PlacementState.EntriesOf("silo", partitions).ToList();
        Assert.Equal(3, entries.Count);
        entries.ForEach(entry => state.Apply(entry));
        Assert.Equal(45_000, state.Of("silo").Count);
        Assert.Equal(45_000, state.Of(Orders).Count());
    }

    private static TopicPartition Of(TopicId topic, int partition) => new(topic, new Partition(partition));

    private static void Apply(PlacementState state, string silo, params TopicPartition[] partitions) => state.Apply(Assert.Single(PlacementState.EntriesOf(silo, partitions)));

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Formats", "placement", name));
}
