using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>How commits share the syncs of the write-ahead log, and which of them need none.</summary>
public sealed class WriteAheadCommitTests
{
    [Fact]
    public async Task Small_commits_of_many_logs_that_wait_together_cost_one_sync()
    {
        var disk = new ForgetfulDisk();
        var writes = new WaitingScheduler();
        var store = await FileLogStore.OpenAsync(FileStores.Options(), disk, writes, new InlineDiskScheduler());
        var logs = new List<TestLog>();
        for (var i = 0; i < 50; i++)
        {
            logs.Add(await TestLog.OpenAsync(store, LogId.Parse($"log-{i}")));
        }

        await logs[0].KeepAsync("makes the first file");
        writes.Holds = true;
        var before = disk.Syncs;
        var commits = logs.Select(log => log.AppendAsync("together")).ToList();
        writes.Release();
        Assert.All(await Task.WhenAll(commits), outcome => Assert.Equal(StoreOutcome.Done, outcome));

        // The first commit goes alone, as nothing else waited when it was taken, or all go as one.
        Assert.InRange(disk.Syncs - before, 1, 2);
    }

    [Fact]
    public async Task A_small_commit_syncs_a_write_ahead_file_and_a_large_one_its_segment()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        await log.KeepAsync("makes the first file");
        var synced = new List<string>();
        store.Disk.OnSync = synced.Add;
        await log.KeepAsync("small");
        Assert.EndsWith(".wal", Assert.Single(synced), StringComparison.Ordinal);
        synced.Clear();
        await log.KeepAsync(StoreOnDisk.Large('l'));
        Assert.Equal([StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0)], synced);
    }

    [Fact]
    public async Task Without_a_write_ahead_log_every_commit_syncs_its_segment()
    {
        var store = await StoreOnDisk.OpenAsync(options: FileStores.Options() with { WriteAheadMaxCommitBytes = 0 });
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        var synced = new List<string>();
        store.Disk.OnSync = synced.Add;
        await log.KeepAsync("a");
        await log.KeepAsync("b");
        var segment = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);
        Assert.Equal([segment, segment], synced);
        Assert.DoesNotContain(store.Disk.Files(), WriteAheadFile.IsName);
    }

    [Fact]
    public async Task Durability_os_never_syncs_on_append_and_survives_the_end_of_the_process()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders, Durability.Os);
        var syncs = store.Disk.Syncs;
        await log.KeepAsync("small");
        store.Clock.Advance(TimeSpan.FromSeconds(2));
        await log.KeepAsync(StoreOnDisk.Large('l'));
        store.Clock.Advance(TimeSpan.FromSeconds(2));
        await log.KeepAsync("more");
        Assert.Equal(syncs, store.Disk.Syncs);
        await store.KillAsync();
        Assert.Equal(["small", StoreOnDisk.Large('l'), "more"], (await store.OpenLogAsync(StoreOnDisk.Orders, Durability.Os)).Seen.Values);
    }
}
