using System.Buffers;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Groups;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>The index of groups: what it lists, what is there after a restart, and the bytes of it, which are read for ever.</summary>
public sealed class GroupIndexTests
{
    [Fact]
    public async Task A_removal_that_comes_late_does_not_take_away_what_a_later_owner_has_named()
    {
        var index = await GroupIndex.OpenAsync(NewStore(), 0, NoLogEvents.Instance, CancellationToken.None);
        await index.PutAsync(new GroupSummary("a", GroupKind.Stream), new Epoch(3));
        await index.RemoveAsync("a", new Epoch(2));
        Assert.True(await index.HasAsync("a"));
        await index.RemoveAsync("a", new Epoch(3));
        Assert.False(await index.HasAsync("a"));
    }

    [Fact]
    public async Task Group_is_listed_until_it_is_removed_and_after_a_restart()
    {
        var store = NewStore();
        var index = await OpenAsync(store);
        await index.PutAsync(new GroupSummary("a", GroupKind.Stream), new Epoch(1));
        await index.PutAsync(new GroupSummary("b", GroupKind.Queue), new Epoch(1));
        await index.RemoveAsync("a", new Epoch(1));

        foreach (var opened in new[] { index, await OpenAsync(store) })
        {
            Assert.Equal([new GroupSummary("b", GroupKind.Queue)], await opened.ListAsync(null, 10));
            Assert.True(await opened.HasAsync("b"));
            Assert.False(await opened.HasAsync("a"));
        }
    }

    [Fact]
    public async Task Groups_are_listed_in_the_order_of_their_codes_page_by_page()
    {
        string[] names = ["A", "Z", "a", "a b", "aa", "\uD83D\uDE00", "\uFF01"];
        var store = NewStore();
        var index = await OpenAsync(store);
        foreach (var name in names.Reverse())
        {
            await index.PutAsync(new GroupSummary(name, GroupKind.Stream), new Epoch(1));
        }

        Assert.Equal(names, NamesOf(await index.ListAsync(null, 100)));
        Assert.Equal(["A", "Z"], NamesOf(await index.ListAsync(null, 2)));
        Assert.Equal(["a b", "aa"], NamesOf(await index.ListAsync("a", 2)));
        Assert.Equal(["a"], NamesOf(await index.ListAsync("Z", 0)));
        Assert.Empty(await index.ListAsync("\uFF01", 100));
    }

    [Fact]
    public async Task What_is_known_already_writes_nothing()
    {
        var store = NewStore();
        var index = await OpenAsync(store);
        await index.PutAsync(new GroupSummary("a", GroupKind.Stream), new Epoch(1));
        var appends = store.Appends.Count;

        await index.PutAsync(new GroupSummary("a", GroupKind.Stream), new Epoch(1));
        await index.RemoveAsync("b", new Epoch(1));
        Assert.Equal(appends, store.Appends.Count);
        await index.PutAsync(new GroupSummary("a", GroupKind.Queue), new Epoch(1));
        Assert.Equal(appends + 1, store.Appends.Count);
    }

    [Fact]
    public async Task Nothing_is_answered_before_it_is_kept() => await OneScheduler.RunAsync(async () =>
    {
        var store = NewStore();
        var index = await OpenAsync(store);
        store.Gated = true;
        var putting = index.PutAsync(new GroupSummary("a", GroupKind.Stream), new Epoch(1)).AsTask();
        var listing = index.ListAsync(null, 10).AsTask();
        var asking = index.HasAsync("a").AsTask();
        Assert.False(putting.IsCompleted || listing.IsCompleted || asking.IsCompleted);

        store.Answer(StoreOutcome.Fenced);
        await Assert.ThrowsAsync<IOException>(() => putting);
        await Assert.ThrowsAsync<IOException>(() => listing);
        await Assert.ThrowsAsync<IOException>(() => asking);
    });

    [Theory]
    [InlineData("entry-stream.bin", "billing", GroupKind.Stream)]
    [InlineData("entry-queue.bin", "na\u00EFve \uD83D\uDE00", GroupKind.Queue)]
    [InlineData("entry-removed.bin", "billing", null)]
    public void Entry_that_is_checked_in_is_written_the_same_today_and_read(string file, string name, GroupKind? kind)
    {
        Assert.Equal(Golden(file), GroupIndexState.EntryOf(name, kind));

        var state = new GroupIndexState();
        state.Apply(GroupIndexState.EntryOf(name, GroupKind.Queue));
        state.Apply(Golden(file));
        Assert.Equal(kind, state.Find(name));
    }

    [Fact]
    public void Snapshot_that_is_checked_in_is_read_and_written_the_same_today()
    {
        var state = new GroupIndexState();
        state.Apply(GroupIndexState.EntryOf("what was there before", GroupKind.Queue));
        state.ReadSnapshot(Golden("snapshot.bin"));

        Assert.Equal(
            [new("B", GroupKind.Queue), new("a", GroupKind.Stream), new("\uD83D\uDE00", GroupKind.Queue), new("\uFF01", GroupKind.Stream)], state.From(null));
        var to = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(to);
        Assert.Equal(Golden("snapshot.bin"), to.WrittenSpan.ToArray());
    }

    private static GatedLogStore NewStore() => new(new MemoryLogStore(FileStores.Id));

    private static async Task<GroupIndex> OpenAsync(ILogStore store) => await GroupIndex.OpenAsync(store, 5, NoLogEvents.Instance, CancellationToken.None);

    private static IEnumerable<string> NamesOf(IEnumerable<GroupSummary> groups) => groups.Select(group => group.Name);

    private static byte[] Golden(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Formats", "group-index", name));
}
