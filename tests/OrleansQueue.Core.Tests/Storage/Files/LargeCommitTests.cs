using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Which commits may go around the page cache: those that are synced in their segment, where the store allows it.</summary>
public sealed class LargeCommitTests
{
    [Theory]
    [InlineData(Durability.Fsync, true, true)]
    [InlineData(Durability.Fsync, false, false)]
    [InlineData(Durability.Os, true, false)]
    public async Task A_large_commit_goes_around_the_cache_only_if_it_is_synced_and_the_store_allows_it(Durability durability, bool allowed, bool goesAround)
    {
        var store = await StoreOnDisk.OpenAsync(options: FileStores.Options() with { WriteAroundPageCache = allowed });
        var log = await store.OpenLogAsync(StoreOnDisk.Orders, durability);
        Assert.Equal(goesAround, await IsWrittenInPiecesAsync(store, log, StoreOnDisk.Large('l')));
        Assert.False(await IsWrittenInPiecesAsync(store, log, "small"));
        await store.KillAsync();
        Assert.Equal([StoreOnDisk.Large('l'), "small"], (await store.OpenLogAsync(StoreOnDisk.Orders, durability)).Seen.Values);
    }

    /// <summary>The disk of the tests cuts only such a write in pieces; two may be a synced mark and a write that is whole.</summary>
    private static async Task<bool> IsWrittenInPiecesAsync(StoreOnDisk store, TestLog log, string value)
    {
        var writes = 0;
        store.Disk.OnWrite = path => writes += path == StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0) ? 1 : 0;
        await log.KeepAsync(value);
        store.Disk.OnWrite = null;
        return writes > 2;
    }
}
