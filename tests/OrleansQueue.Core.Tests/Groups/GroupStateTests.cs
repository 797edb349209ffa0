using System.Buffers;
using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>What a group's journal holds, see docs/formats/groups.md: what was written once must be read for ever.</summary>
public sealed class GroupStateTests
{
    private static readonly GroupEntry[] Entries =
    [
        new() { Created = new SettingsEntry(GroupKind.Stream, 1_700_000_000_000, false, true), Generation = 1, EmptySince = 1_700_000_000_123 },
        new() { Topic = new TopicEntry("orders", new Guid("00112233445566778899aabbccddeeff"), [new StartEntry(10, 3), new StartEntry(0, -1)]) },
        new() { Joined = new MemberEntry("m-1", 2, "shop", ["orders"], 30_000, 25_000), Generation = 2 },
        new() { Owners = [new OwnerEntry("orders", 0, "m-1", 3), new OwnerEntry("orders", 1, null, 3)], Generation = 3 },
        new() { Positions = [new PositionEntry("orders", 0, 17, 4, [1, 2, 3], 2)] },
        new() { Stopped = new StoppedEntry("orders", 1, 5, "broken", 1_700_000_000_456) },
        new() { Fence = new FenceEntry("streams", 9) },
        new() { DeadProducers = [new DeadProducerEntry("orders", 0, 77, 1, 4, 16)] },
        new() { Paused = true },
    ];

    [Fact]
    public void Every_entry_is_written_as_it_was_when_it_was_first_kept() =>
        Assert.Equal(Golden("entries.jsonl"), string.Concat(Entries.Select(entry => $"{Encoding.UTF8.GetString(GroupState.Write(entry))}\n")));

    [Fact]
    public void A_snapshot_is_written_as_it_was_and_brings_the_same_state_back()
    {
        var state = new GroupState();
        foreach (var line in Golden("entries.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            state.Apply(Encoding.UTF8.GetBytes(line));
        }

        Assert.Equal(Golden("snapshot.json"), SnapshotOf(state));
        var other = new GroupState();
        other.Apply(GroupState.Write(new GroupEntry { Created = new SettingsEntry(GroupKind.Stream, null, false, false), Fence = new FenceEntry("gone", 1) }));
        other.ReadSnapshot(Encoding.UTF8.GetBytes(Golden("snapshot.json")));
        Assert.Equal(Golden("snapshot.json"), SnapshotOf(other));
        Assert.Equal(new Position(new TopicId(new Guid("00112233445566778899aabbccddeeff")), new Partition(0), new Offset(17), new Epoch(4)), other.Partitions.First().Position);
        Assert.Null(other.FenceOf("gone"));
    }

    [Fact]
    public void Queue_group_is_written_as_it_was_and_comes_back_whole()
    {
        var settings = new GroupSettings
        {
            Kind = GroupKind.Queue,
            Queue = new QueueSettings
            {
                Lease = TimeSpan.FromSeconds(20),
                MaxDeliveries = 7,
                Backoff = TimeSpan.Zero,
                MaxBackoff = TimeSpan.FromSeconds(90),
                OrderedByKey = true,
                ParkKeys = true,
                TenantHeader = "oq-tenant",
            },
        };
        GroupEntry[] entries =
        [
            new() { Created = GroupSettingsFormat.Write(settings, new Epoch(42)), Generation = 1 },
            new() { Topic = new TopicEntry("orders", new Guid("00112233445566778899aabbccddeeff"), [new StartEntry(10, 3)]) },
            new() { Owners = [new OwnerEntry("orders", 0, null, 2)], Generation = 2 },
            new() { Deleting = true },
        ];
        Assert.Equal(Golden("queue-entries.jsonl"), string.Concat(entries.Select(entry => $"{Encoding.UTF8.GetString(GroupState.Write(entry))}\n")));

        var state = new GroupState();
        state.ReadSnapshot(Encoding.UTF8.GetBytes(Golden("queue-snapshot.json")));
        Assert.Equal(Golden("queue-snapshot.json"), SnapshotOf(state));
        Assert.Equal(settings, state.Settings);
        Assert.Equal(new Epoch(42), state.Incarnation);
        Assert.True(state.IsDeleting);
        Assert.Equal(new Generation(2), state.Partitions.Single().Since);

        state.ReadSnapshot(Encoding.UTF8.GetBytes(Golden("snapshot.json")));
        Assert.False(state.IsDeleting);
    }

    [Fact]
    public void Journal_from_before_there_were_queue_groups_says_nothing_of_them_and_reads_as_it_did()
    {
        var state = new GroupState();
        state.Apply(Encoding.UTF8.GetBytes(Golden("entries.jsonl").Split('\n')[0]));

        Assert.Equal(new GroupSettings { Start = new OffsetQuery.AtTime(new Timestamp(1_700_000_000_000)), Ephemeral = true }, state.Settings);
        Assert.Equal(new Epoch(0), state.Incarnation);
        Assert.False(state.IsDeleting);
    }

    [Fact]
    public void Queue_group_from_before_there_were_breakers_has_none()
    {
        var state = new GroupState();
        state.Apply("""{"created":{"kind":"Queue","incarnation":42,"queue":{"leaseMilliseconds":20000,"maxDeliveries":7,"maxBackoffMilliseconds":90000,"orderedByKey":true}},"generation":1}"""u8);

        Assert.Equal(
            new QueueSettings { Lease = TimeSpan.FromSeconds(20), MaxDeliveries = 7, Backoff = TimeSpan.Zero, MaxBackoff = TimeSpan.FromSeconds(90), OrderedByKey = true, Breaker = null },
            state.Settings!.Queue);
    }

    [Fact]
    public void What_is_undone_leaves_nothing()
    {
        var state = new GroupState();
        foreach (var entry in Entries)
        {
            state.Apply(GroupState.Write(entry));
        }

        state.Apply(GroupState.Write(new GroupEntry { Left = "m-1", EmptySince = 5, Resumed = true, Paused = false }));
        Assert.Empty(state.Members);
        Assert.All(state.Partitions, partition => Assert.True(partition.Owner is null && partition.Stopped is null));
        Assert.Equal(new Timestamp(5), state.EmptySince);
        Assert.False(state.IsPaused);

        state.Apply(GroupState.Write(new GroupEntry { TopicRemoved = "orders" }));
        Assert.Empty(state.Partitions);
    }

    private static string SnapshotOf(GroupState state)
    {
        var bytes = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Formats", "groups", name));
}
