using System.Buffers;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>The stored form of cursors, drawn in docs/formats/queues.md. Entries written by an older version must be read for ever.</summary>
public sealed class GoldenQueueTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Formats", "queues");

    /// <summary>One entry of each kind, in an order in which they can be.</summary>
    internal static IEnumerable<(string Name, QueueEntryWriter Entry)> Entries()
    {
        var topic = new TopicId(new Guid("0197a000-0000-7000-8000-0000000000aa"));
        var dead = new CursorProducer(topic, new Partition(3), new ProducerId(77), new ProducerEpoch(1), new Sequence(5));
        yield return ("created", new QueueEntryWriter(QueueEntryKind.Created).Number(4).Number(9).Number(100).Number(-1));
        yield return ("leased", new QueueEntryWriter(QueueEntryKind.Leased).Number(1).Text("wörker").Number(1_767_225_600_000).Number(30_000).Number(120).Number(9).Number(0)
            .Row(new Unfinished { First = 100, End = 110, State = MessageState.Leased })
            .Row(new Unfinished { First = 110, End = 111, State = MessageState.Leased, Key = KeyHash.Of("a"u8) })
            .Row(new Unfinished { First = 111, End = 112, State = MessageState.Available, Key = KeyHash.Of("a"u8) })
            .Row(new Unfinished { First = 112, End = 120, State = MessageState.Leased, Blamed = 2 }));
        yield return ("completed", new QueueEntryWriter(QueueEntryKind.Completed).Range(100, 102).Range(105, 106));
        yield return ("changed", new QueueEntryWriter(QueueEntryKind.Changed)
            .Row(new Unfinished { First = 102, End = 103, State = MessageState.Delayed, Blamed = 1, At = 1_767_225_601_000 })
            .Row(new Unfinished { First = 103, End = 104, State = MessageState.Available }));
        yield return ("renewed", new QueueEntryWriter(QueueEntryKind.Renewed).Number(1).Number(1_767_225_605_000).Number(60_000).Range(104, 105));
        yield return ("dying", QueueChanges.Dying(new DyingMessage(new Place(112), 3, 1_767_225_602_000, "max-deliveries", "OutOfPaper: no"), 0));
        yield return ("producer", QueueChanges.Producer(dead, isRequeue: false)!);
        yield return ("dead", new QueueEntryWriter(QueueEntryKind.Dead).Number(112).Number(41));
        yield return ("open", new QueueEntryWriter(QueueEntryKind.Open).Range(30, 34));
        yield return ("redriving", new QueueEntryWriter(QueueEntryKind.Redriving).Range(31, 33));
        yield return ("requeue-producer", QueueChanges.Producer(dead with { Id = new ProducerId(78), Sequence = new Sequence(0) }, isRequeue: true)!);
        yield return ("redriven", new QueueEntryWriter(QueueEntryKind.Redriven).Number(31).Byte(1));
        yield return ("purged", new QueueEntryWriter(QueueEntryKind.Purged).Range(33, 34));
        yield return ("leased-requeued", new QueueEntryWriter(QueueEntryKind.Leased).Number(2).Text("other").Number(1_767_225_610_000).Number(30_000).Number(120).Number(9).Number(1)
            .Row(new Unfinished { First = long.MinValue, End = long.MinValue + 1, State = MessageState.Leased }));
        yield return ("lost", QueueChanges.Lost(QueueEntryKind.Lost, 0, 104, new Position(topic, new Partition(3), new Offset(120), new Epoch(9))));
        yield return ("sought", QueueChanges.Lost(QueueEntryKind.Sought, 118, 119, new Position(topic, new Partition(3), new Offset(120), new Epoch(9))));
        yield return ("dying-left", QueueChanges.Dying(new DyingMessage(new Place(113), 3, 1_767_225_603_000, "rejected", ""), 0));
        yield return ("reached", new QueueEntryWriter(QueueEntryKind.Reached).Number(7).Number(1).Number(1_767_225_610_000));
        yield return ("clock", new QueueEntryWriter(QueueEntryKind.Clock).Number(1_767_225_700_000));
        yield return ("owner", new QueueEntryWriter(QueueEntryKind.Owner).Number(1).Text("wörker"));
    }

    /// <summary>What came later, for groups in which dead letters park their keys, or which share between tenants.</summary>
    internal static IEnumerable<(string Name, QueueEntryWriter Entry)> LaterEntries()
    {
        yield return ("dying-keyed", QueueChanges.Dying(new DyingMessage(new Place(114), 3, 1_767_225_603_000, "rejected", ""), KeyHash.Of("c"u8)));
        yield return ("dead-unparked", QueueChanges.Dead(new DyingMessage(new Place(113), 3, 0, "", ""), new Offset(42), parks: false));
        yield return ("dead-parked", QueueChanges.Dead(new DyingMessage(new Place(114), 3, 0, "", ""), new Offset(43), parks: true));
        yield return ("parked", new QueueEntryWriter(QueueEntryKind.Parked).Number(30).Key(KeyHash.Of("a"u8)).Number(44).Key(KeyHash.Of("b"u8)));
        yield return ("examined", QueueChanges.Examined(new Offset(130), new Epoch(10), new Offset(1),
        [
            new Unfinished { First = 120, End = 128, Tenant = KeyHash.Of("acme"u8) },
            new Unfinished { First = 128, End = 129, Tenant = KeyHash.Of([]), Key = KeyHash.Of("a"u8) },
        ]));
    }

    public static TheoryData<string> Names() => [.. Entries().Concat(LaterEntries()).Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Entry_is_written_as_it_always_was(string name)
    {
        var entry = Entries().Concat(LaterEntries()).Single(entry => entry.Name == name).Entry;

        Assert.Equal(Golden($"entry-{name}"), Convert.ToHexStringLower(entry.Entry));
    }

    [Fact]
    public void Snapshot_is_written_as_it_always_was_and_makes_the_same_state()
    {
        var state = new QueueState();
        foreach (var (name, _) in Entries())
        {
            state.Apply(Convert.FromHexString(Golden($"entry-{name}")));
        }

        Assert.Equal(Golden("snapshot"), SnapshotOf(state));
        var again = new QueueState();
        again.ReadSnapshot(Convert.FromHexString(Golden("snapshot")));
        Assert.Equal(Golden("snapshot"), SnapshotOf(again));
        Assert.Equal((7L, 2L, 1L), (again.NextLease, again.Dead.Count, again.Redriving.Count));
        Assert.Equal("wörker", again.FindLease(1)?.Owner);
        Assert.Equal(new Place(113), again.FirstDying?.Place);
    }

    [Fact]
    public void Snapshot_with_all_that_came_later_is_written_as_it_always_was_and_makes_the_same_state()
    {
        var state = new QueueState();
        state.ReadSnapshot(Convert.FromHexString(Golden("snapshot")));
        foreach (var (name, _) in LaterEntries())
        {
            state.Apply(Convert.FromHexString(Golden($"entry-{name}")));
        }

        Assert.Equal(Golden("snapshot-later"), SnapshotOf(state));
        var again = new QueueState();
        again.ReadSnapshot(Convert.FromHexString(Golden("snapshot-later")));
        Assert.Equal(Golden("snapshot-later"), SnapshotOf(again));
        Assert.Equal((130, 1), (again.Examined.Value, again.Lines.Turns.Active));
        Assert.Equal([30L, 43, 44], again.Parked.Letters.Select(letter => letter.Key.Value));
    }

    [Fact]
    public void An_entry_that_is_cut_short_or_of_another_version_says_so()
    {
        var whole = Entries().Single(entry => entry.Name == "leased").Entry.Entry.ToArray();

        Assert.Throws<InvalidDataException>(() => new QueueState().Apply(whole.AsSpan(0, whole.Length - 1)));
        Assert.Contains("99", Assert.Throws<InvalidDataException>(() => new QueueState().Apply([99])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new QueueState().ReadSnapshot([200]));
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(Folder, $"{name}.hex")).Trim();

    private static string SnapshotOf(QueueState state)
    {
        var to = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(to);
        return Convert.ToHexStringLower(to.WrittenSpan);
    }
}
