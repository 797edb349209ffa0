using System.Buffers;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Tests.Positions;

public sealed class PositionsStateTests
{
    private static readonly SubscriptionKey A = new(new Guid("0197a000-0000-7000-8000-0000000000aa"), StreamId.Create("orders", "C-1"));
    private static readonly SubscriptionKey B = new(new Guid("0197a000-0000-7000-8000-0000000000bb"), StreamId.Create("orders", "C-2"));

    /// <summary>The bytes that docs/formats/streams.md draws; they never change.</summary>
    [Fact]
    public void Entry_is_as_it_was()
    {
        var entry = Assert.Single(new PositionsState().EntriesOf(258, new Epoch(3), new PositionChanges([new KeptPosition(A, 77)], [B])));

        Assert.Equal(
            "0000000000000102" + "00000003"
            + "01" + "0197a0000000700080000000000000aa" + "00000006" + "6f7264657273" + "00000003" + "432d31" + "000000000000004d"
            + "00" + "0197a0000000700080000000000000bb" + "00000006" + "6f7264657273" + "00000003" + "432d32",
            Convert.ToHexStringLower(entry.Span));
    }

    [Fact]
    public void Entries_make_the_state_and_a_snapshot_keeps_it()
    {
        var state = new PositionsState();
        Assert.Equal(PositionsState.Nothing, state.Frontier);
        Apply(state, 10, [new KeptPosition(A, 5), new KeptPosition(B, 6)], []);
        Apply(state, 20, [new KeptPosition(A, 15)], [B]);

        var read = new PositionsState();
        var snapshot = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(snapshot);
        read.ReadSnapshot(snapshot.WrittenSpan);

        Assert.All([state.ToKept(), read.ToKept()], static kept =>
        {
            Assert.Equal(20, kept.Frontier);
            Assert.Equal(new Epoch(1), kept.Epoch);
            Assert.Equal(new KeptPosition(A, 15), Assert.Single(kept.Lagging));
        });
    }

    [Fact]
    public void Large_change_is_many_entries_and_only_the_last_moves_the_frontier()
    {
        var state = new PositionsState();
        var many = Enumerable.Range(0, 40_000).Select(static i => new KeptPosition(new SubscriptionKey(Guid.NewGuid(), StreamId.Create("orders", $"C-{i}")), i)).ToList();
        var entries = state.EntriesOf(99, new Epoch(1), new PositionChanges(many, [])).ToList();

        Assert.True(entries.Count > 2);
        foreach (var entry in entries.SkipLast(1))
        {
            state.Apply(entry.Span);
            Assert.Equal(PositionsState.Nothing, state.Frontier);
        }

        state.Apply(entries[^1].Span);
        Assert.Equal(99, state.Frontier);
        Assert.Equal(many.OrderBy(static position => position.Next), state.ToKept().Lagging.OrderBy(static position => position.Next));
    }

    private static void Apply(PositionsState state, long frontier, List<KeptPosition> lagging, List<SubscriptionKey> gone)
    {
        foreach (var entry in state.EntriesOf(frontier, new Epoch(1), new PositionChanges(lagging, gone)))
        {
            state.Apply(entry.Span);
        }
    }
}
