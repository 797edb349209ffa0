using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Formats;
using OrleansQueue.Log;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>The level goes up when it is asked for and every silo knows a higher one, and by no other way.</summary>
public sealed class FormatKeeperTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly KnownSilo One = new("one", "10.0.0.1@1");
    private static readonly KnownSilo Two = new("two", "10.0.0.2@1");

    private readonly ManualClock _clock = new();
    private readonly MemoryLogStore _store = new(FileStores.Id, levels: new(new FormatRange(new(1), new(1)), new(1)));

    public Task InitializeAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task It_is_raised_to_the_highest_level_that_every_silo_knows_and_stays_there()
    {
        await using (var keeper = await OpenAsync())
        {
            Assert.Equal(new FormatLevel(1), await keeper.AnnounceAsync(Told(One, 4), [One, Two]));
            Assert.Equal(new FormatLevel(1), await keeper.AnnounceAsync(Told(Two, 3), [One, Two]));
            Assert.Equal(new RaiseFormatResult.Raised(new(1), new(3)), await keeper.RaiseAsync([One, Two]));
            Assert.Equal(new FormatLevel(3), await keeper.AnnounceAsync(Told(One, 4), [One, Two]));
        }

        await using var next = await OpenAsync();
        Assert.Equal(new FormatLevel(3), await next.AnnounceAsync(Told(One, 4), [One]));
    }

    [Fact]
    public async Task A_silo_that_knows_no_higher_level_holds_it_back()
    {
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 2), [One, Two]);
        await keeper.AnnounceAsync(Told(Two, 1), [One, Two]);
        Assert.Equal(new RaiseFormatResult.HeldBack(new(1), [Told(Two, 1).Describe()]), await keeper.RaiseAsync([One, Two]));
        Assert.Equal(new RaiseFormatResult.Raised(new(1), new(2)), await keeper.RaiseAsync([One]));
    }

    [Fact]
    public async Task A_silo_that_has_not_told_holds_it_back()
    {
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 2), [One, Two]);
        Assert.Equal(new RaiseFormatResult.HeldBack(new(1), [new SiloDescription("two", Two.Address, null, null, null)]), await keeper.RaiseAsync([One, Two]));
    }

    [Fact]
    public async Task A_silo_that_told_and_is_not_there_yet_counts_for_a_minute()
    {
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 2), [One]);
        await keeper.AnnounceAsync(Told(Two, 1), [One]);
        Assert.IsType<RaiseFormatResult.HeldBack>(await keeper.RaiseAsync([One]));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<RaiseFormatResult.Raised>(await keeper.RaiseAsync([One]));
    }

    [Fact]
    public async Task A_silo_that_starts_again_is_another_one()
    {
        var again = Two with { Address = "10.0.0.2@2" };
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 2), [One, Two]);
        await keeper.AnnounceAsync(Told(Two, 2), [One, Two]);
        Assert.Equal(
            new RaiseFormatResult.HeldBack(new(1), [new SiloDescription("two", again.Address, null, null, null)]), await keeper.RaiseAsync([One, again]));
    }

    [Fact]
    public async Task There_is_nothing_above_the_newest()
    {
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 1), [One]);
        Assert.Equal(new RaiseFormatResult.Newest(new(1)), await keeper.RaiseAsync([One]));
    }

    [Fact]
    public async Task An_earlier_keeper_does_not_tell_the_level_any_more()
    {
        var earlier = await OpenAsync();
        await earlier.AnnounceAsync(Told(One, 2), [One]);
        await using var keeper = await OpenAsync();
        await keeper.AnnounceAsync(Told(One, 2), [One]);
        await keeper.RaiseAsync([One]);
        await Assert.ThrowsAsync<IOException>(async () => await earlier.AnnounceAsync(Told(Two, 1), [One]));
        await Assert.ThrowsAsync<IOException>(async () => await earlier.DescribeAsync(_store.Id, "memory", [One]));
        Assert.True(earlier.IsLost);
    }

    [Fact]
    public async Task A_new_store_begins_at_the_level_it_was_created_at_and_its_level_is_written_so_that_all_can_read_it()
    {
        var store = new MemoryLogStore(FileStores.Id, levels: new(new FormatRange(new(1), new(7)), new(7)));
        await using (var keeper = await FormatKeeper.OpenAsync(store, _clock, NoLogEvents.Instance, CancellationToken.None))
        {
            Assert.Equal(new FormatLevel(7), await keeper.AnnounceAsync(Told(One, 9), [One]));
            await keeper.RaiseAsync([One]);
        }

        await using var old = await FormatKeeper.OpenAsync(store.For(new(new FormatRange(new(1), new(1)), new(1))), _clock, NoLogEvents.Instance, CancellationToken.None);
        Assert.Equal(new FormatLevel(9), await old.AnnounceAsync(Told(One, 1), [One]));
    }

    [Fact]
    public void The_level_is_written_as_ever()
    {
        Assert.Equal([0, 0, 1, 2], FormatState.EntryOf(new(258)));
        var state = new FormatState(new(1));
        state.Apply([0, 0, 1, 2]);
        var snapshot = new System.Buffers.ArrayBufferWriter<byte>();
        state.WriteSnapshot(snapshot);
        Assert.Equal([0, 0, 1, 2], snapshot.WrittenSpan.ToArray());
        var read = new FormatState(new(1));
        read.ReadSnapshot(snapshot.WrittenSpan);
        Assert.Equal(new FormatLevel(258), read.Level);
    }

    private static SiloFormats Told(KnownSilo silo, int newest) => new(silo, "1.0", new FormatRange(new(1), new(newest)));

    private ValueTask<FormatKeeper> OpenAsync() => FormatKeeper.OpenAsync(_store, _clock, NoLogEvents.Instance, CancellationToken.None);
}
