using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>After a write or sync that failed nothing is promised before the log, or the store, was opened again.</summary>
public sealed class DiskFailureTests
{
    private static readonly string Segment = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_round_that_the_write_ahead_log_could_not_keep_is_unknown_and_the_next_one_works(bool inSync)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var orders = await store.OpenLogAsync(StoreOnDisk.Orders);
            var bills = await store.OpenLogAsync(StoreOnDisk.Bills);
            await orders.KeepAsync("kept");
            FailOnce(store.Disk, WriteAheadFile.IsName, inSync);
            await Assert.ThrowsAsync<IOException>(() => orders.AppendAsync("unknown"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => orders.AppendAsync("too early"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => orders.RollAsync());
            Assert.Equal("kept", (await orders.ReadValuesAsync())[0]);
            await bills.KeepAsync("another log goes on");

            var again = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Equal(["kept"], again.Seen.Values);
            await again.KeepAsync("more");
            await store.LosePowerAsync(seed);
            Assert.Equal(["kept", "more"], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
            Assert.Equal(["another log goes on"], (await store.OpenLogAsync(StoreOnDisk.Bills)).Seen.Values);
        }
    }

    [Fact]
    public async Task A_sync_that_fails_once_is_never_built_upon_though_the_next_one_answers_well()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync(StoreOnDisk.Large('a'));
            FailOnce(store.Disk, path => path == Segment, inSync: true);
            await Assert.ThrowsAsync<IOException>(() => log.AppendAsync(StoreOnDisk.Large('b')));
            await Assert.ThrowsAsync<InvalidOperationException>(() => log.AppendAsync(StoreOnDisk.Large('c')));

            var again = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Equal([StoreOnDisk.Large('a')], again.Seen.Values);
            Assert.Equal(BatchMaker.Stored(new(1), new(0), StoreOnDisk.Large('b')).Length, again.Log.Tail.CutBytes);
            Assert.NotNull(again.Log.Tail.CutFile);
            await again.KeepAsync(StoreOnDisk.Large('d'));
            await store.LosePowerAsync(seed);
            Assert.Equal([StoreOnDisk.Large('a'), StoreOnDisk.Large('d')], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Fact]
    public async Task A_deletion_that_could_not_be_synced_is_done_when_the_next_one_says_so()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("gone");
            await log.RollAsync();
            await log.KeepAsync("kept");
            store.Disk.OnSyncFolder = static _ => throw new IOException("The disk failed.");
            await Assert.ThrowsAsync<IOException>(() => log.DeleteBeforeAsync(new(1)));
            store.Disk.OnSyncFolder = null;

            await log.DeleteBeforeAsync(new(1));

            await store.LosePowerAsync(seed);
            Assert.Equal(new Offset(1), Assert.Single((await store.OpenLogAsync(StoreOnDisk.Orders)).Log.Segments).FirstOffset);
        }
    }

    [Fact]
    public async Task A_segment_that_the_checkpoint_cannot_sync_stops_small_commits_until_the_store_is_opened_again()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync(options: FileStores.Options(writeAheadFileBytes: 6000));
            var orders = await store.OpenLogAsync(StoreOnDisk.Orders);
            FailOnce(store.Disk, path => path == Segment, inSync: true);
            var kept = new List<string>();
            var stopped = await Assert.ThrowsAsync<IOException>(async () =>
            {
                // Far more than fit the first file.
                while (kept.Count < 1000)
                {
                    await orders.KeepAsync($"order {kept.Count}");
                    kept.Add($"order {kept.Count}");
                }
            });
            Assert.Contains("open the store again", stopped.Message, StringComparison.Ordinal);
            var bills = await store.OpenLogAsync(StoreOnDisk.Bills);
            await Assert.ThrowsAsync<IOException>(() => bills.AppendAsync("no"));
            await Assert.ThrowsAsync<IOException>(() => store.OpenLogAsync(StoreOnDisk.Orders));

            store = await LosePowerOrKillAsync(store, seed);
            var again = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Equal(kept, again.Seen.Values.Take(kept.Count));
            await again.KeepAsync("more");
            await (await store.OpenLogAsync(StoreOnDisk.Bills)).KeepAsync("more");
        }
    }

    [Fact]
    public async Task A_segment_that_cannot_be_synced_after_a_full_disk_keeps_what_the_write_ahead_log_holds_of_it()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("a");
            await log.KeepAsync("b");

            // The write is refused, and so is the sync that is to take back what it may have left behind; the pages of before go with it.
            FailOnce(store.Disk, path => path == Segment, inSync: true);
            store.Disk.OnWrite = path => _ = path == Segment ? throw new IOException("No space left on device.", 28) : path;
            await Assert.ThrowsAsync<IOException>(() => log.AppendAsync("unknown"));
            store.Disk.OnWrite = null;
            await Assert.ThrowsAsync<IOException>(() => store.OpenLogAsync(StoreOnDisk.Orders));

            store = await LosePowerOrKillAsync(store, seed);
            Assert.Equal(["a", "b"], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task After_a_roll_that_failed_the_owner_appends_no_more(int syncsBefore)
    {
        var store = await StoreOnDisk.OpenAsync(options: FileStores.Options() with { WriteAheadMaxCommitBytes = 0 });
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        await log.KeepAsync("a");
        var left = syncsBefore;
        store.Disk.OnSync = _ =>
        {
            if (left-- == 0)
            {
                throw new IOException("The disk does not answer.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => log.RollAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => log.AppendAsync("b"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => log.RollAsync());
        var again = await store.OpenLogAsync(StoreOnDisk.Orders);
        await again.KeepAsync("b");
        Assert.Equal(["a", "b"], await again.ReadValuesAsync());
    }

    private static async Task<StoreOnDisk> LosePowerOrKillAsync(StoreOnDisk store, int seed)
    {
        if (seed == 0)
        {
            await store.KillAsync();
        }
        else
        {
            await store.LosePowerAsync(seed);
        }

        return store;
    }

    private static void FailOnce(ForgetfulDisk disk, Func<string, bool> isTheOne, bool inSync)
    {
        var failed = false;
        void Fail(string path)
        {
            if (!failed && isTheOne(path))
            {
                failed = true;
                throw new IOException("The disk does not answer.");
            }
        }

        disk.OnSync = inSync ? Fail : null;
        disk.OnWrite = inSync ? null : Fail;
    }
}
