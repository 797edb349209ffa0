using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Placement;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Placement;

/// <summary>Partitions stay where they are, and only what is too much for a silo moves.</summary>
public sealed class PlacementMapTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Partitions = 1_000;

    private static readonly string[] Five = ["a", "b", "c", "d", "e"];

    private MemoryLogStore _store = null!;
    private PlacementMap _map = null!;

    public async Task InitializeAsync()
    {
        _store = new MemoryLogStore(FileStores.Id);
        _map = await OpenMapAsync();
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _map.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Partitions_are_spread_evenly(int silos)
    {
        var loads = LoadsOf(await PlaceAllAsync(Names(silos)));
        Assert.Equal(silos, loads.Count);
        Assert.All(loads.Values, load => Assert.InRange(load, Partitions / silos, (Partitions / silos) + 1));
    }

    [Fact]
    public async Task A_partition_stays_where_it_is()
    {
        var before = await PlaceAllAsync(Five);
        Assert.Equal(before, await PlaceAllAsync(Five));
        Assert.Equal(before, await PlaceAllAsync([.. Five.Reverse(), "f"]));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 5)]
    [InlineData(5, 6)]
    [InlineData(3, 5)]
    public async Task When_silos_come_no_more_moves_than_must_and_none_has_a_tenth_over_the_mean(int silos, int then)
    {
        var before = await PlaceAllAsync(Names(silos));
        await _map.BalanceAsync(Names(then));
        var after = await PlaceAllAsync(Names(then));

        var most = (int)(1.1 * Partitions / then);
        Assert.All(LoadsOf(after).Values, load => Assert.InRange(load, 1, most));
        var least = LoadsOf(before).Values.Sum(load => Math.Max(0, load - most));
        Assert.InRange(MovedOf(before, after), least, least * 1.1);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 4)]
    [InlineData(5, 3)]
    public async Task When_silos_go_only_what_was_theirs_moves(int silos, int then)
    {
        var before = await PlaceAllAsync(Names(silos));
        await _map.BalanceAsync(Names(then));
        var after = await PlaceAllAsync(Names(then));

        Assert.All(LoadsOf(after).Values, load => Assert.InRange(load, 1, (int)(1.1 * Partitions / then) + 1));
        Assert.Equal(before.Count(silo => !Names(then).Contains(silo)), MovedOf(before, after));
    }

    [Fact]
    public async Task What_moves_to_a_silo_that_comes_is_not_of_one_topic()
    {
        var before = await PlaceAllAsync(Names(4));
        await _map.BalanceAsync(Names(5));
        var after = await PlaceAllAsync(Names(5));
        var moved = Enumerable.Range(0, Partitions).Where(i => before[i] != after[i]).Select(i => All[i].Topic).CountBy(topic => topic).ToList();
        Assert.Equal(10, moved.Count);
        Assert.All(moved, topic => Assert.InRange(topic.Value, 1, 30));
    }

    [Fact]
    public async Task A_partition_of_a_silo_that_is_gone_gets_another_at_once()
    {
        var before = await PlaceAllAsync(Five);
        var lost = Array.FindIndex(before, silo => silo == "c");
        var again = Assert.Single(await _map.PlaceAsync([All[lost]], ["a", "b", "d", "e"]));
        Assert.NotEqual("c", again);
        Assert.Equal(again, Assert.Single(await _map.PlaceAsync([All[lost]], Five)));
    }

    [Fact]
    public async Task The_map_is_the_same_when_it_is_opened_again()
    {
        var before = await PlaceAllAsync(Five);
        await _map.BalanceAsync(["a", "b", "c", "d", "f"]);
        var moved = await PlaceAllAsync(["a", "b", "c", "d", "f"]);
        Assert.NotEqual(before, moved);
        _map = await OpenMapAsync();
        Assert.Equal(moved, await PlaceAllAsync(["a", "b", "c", "d", "f"]));
    }

    [Fact]
    public async Task A_deleted_topic_counts_for_nothing()
    {
        await PlaceAllAsync(["a"]);
        await _map.ForgetAsync(All[0].Topic);
        await _map.BalanceAsync(["a", "b"]);
        var left = All.Where(partition => partition.Topic != All[0].Topic).ToList();
        var loads = LoadsOf([.. await _map.PlaceAsync(left, ["a", "b"])]);
        Assert.Equal(Partitions * 9 / 10, loads.Values.Sum());
        Assert.Equal((int)(1.1 * left.Count / 2), loads["a"]);
    }

    [Fact]
    public async Task Moves_are_told_to_those_who_know_an_earlier_version()
    {
        await PlaceAllAsync(["a"]);
        var (epoch, version) = (_map.Epoch, _map.Version);
        Assert.Empty(_map.MovesSince(epoch, version)!);
        await _map.BalanceAsync(["a", "b"]);
        var moves = _map.MovesSince(epoch, version)!;
        Assert.Equal(LoadsOf(await PlaceAllAsync(["a", "b"]))["b"], moves.Count);
        Assert.All(moves, move => Assert.Equal("b", move.Silo));
        _map = await OpenMapAsync();
        Assert.Null(_map.MovesSince(epoch, version));
    }

    [Fact]
    public async Task Who_missed_too_many_moves_asks_anew()
    {
        var version = _map.Version;
        for (var round = 0; round < 20; round++)
        {
            await PlaceAllAsync([round % 2 == 0 ? "a" : "b"]);
        }

        Assert.Null(_map.MovesSince(_map.Epoch, version));
        Assert.Equal(10_000, _map.MovesSince(_map.Epoch, _map.Version - 10_000)!.Count);
    }

    [Fact]
    public async Task A_map_that_another_has_opened_decides_nothing()
    {
        await OpenMapAsync();
        await Assert.ThrowsAsync<IOException>(async () => await PlaceAllAsync(Five));
        Assert.True(_map.IsLost);
    }

    private static IReadOnlyList<TopicPartition> All { get; } =
        [.. Enumerable.Range(0, Partitions).Select(i => new TopicPartition(new TopicId(new Guid(1 + (i % 10), 0, 0, new byte[8])), new Partition(i / 10)))];

    private static string[] Names(int silos) => [.. Enumerable.Range(0, silos).Select(silo => $"silo {silo}")];

    private static Dictionary<string, int> LoadsOf(string[] silos) => silos.CountBy(silo => silo).ToDictionary();

    private static int MovedOf(string[] before, string[] after) => before.Zip(after).Count(pair => pair.First != pair.Second);

    private async Task<string[]> PlaceAllAsync(IReadOnlyCollection<string> silos) => [.. await _map.PlaceAsync(All, silos)];

    private async Task<PlacementMap> OpenMapAsync() => await PlacementMap.OpenAsync(_store, NoLogEvents.Instance, CancellationToken.None);
}
