using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A refusal for want of room says that nothing was stored, and that must hold after a crash as well.</summary>
public sealed class HonestRefusalTests
{
    private static readonly LogId Log = LogId.Parse("orders");

    [Fact]
    public async Task Commit_refused_because_no_write_ahead_file_could_be_made_is_not_there_after_a_kill()
    {
        var disk = new ForgetfulDisk();
        var log = await TestLog.OpenAsync(await FileStores.OpenAsync(disk), Log);
        disk.Capacity = 20_000;
        Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync("refused"));

        disk.Capacity = null;
        var after = await TestLog.RecoverAsync(await FileStores.OpenAsync(disk), Log);
        Assert.Empty(await after.ReadValuesAsync());
        Assert.Equal(0, after.Log.Tail.CutBytes);
    }

    [Fact]
    public async Task Full_disk_that_keeps_a_torn_tail_from_being_cut_leaves_the_log_readable_and_no_pieces_behind()
    {
        var disk = new ForgetfulDisk();
        var first = await FileStores.OpenAsync(disk);
        var log = await TestLog.OpenAsync(first, Log);
        await log.KeepAsync("kept");
        await TearAsync(disk, log);

        var store = await FileStores.OpenAsync(disk);
        disk.Capacity = disk.UsedBytes + 200;
        for (var tries = 0; tries < 3; tries++)
        {
            var full = await TestLog.RecoverAsync(store, Log);
            Assert.Equal(["kept"], full.Seen.Values);
            Assert.Equal(StoreOutcome.NoSpace, await full.AppendAsync("refused"));
            Assert.Equal(StoreOutcome.NoSpace, await full.RollAsync());
            Assert.DoesNotContain(disk.Files(), path => path.Contains(".cut-", StringComparison.Ordinal));
        }

        disk.Capacity = null;
        var roomy = await TestLog.OpenAsync(store, Log);
        await roomy.KeepAsync("again");
        Assert.Equal(["kept", "again"], await roomy.ReadValuesAsync());
        Assert.Single(disk.Files(), path => path.Contains(".cut-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Store_that_was_closed_answers_every_append_and_hangs_nobody()
    {
        var disk = new ForgetfulDisk();
        var store = await FileLogStore.OpenAsync(FileStores.Options(), disk, new DiskThreads("test write", 2), new DiskThreads("test read", 2));
        var small = await TestLog.OpenAsync(store, Log);
        var other = await TestLog.OpenAsync(store, LogId.Parse("other"));
        var large = await TestLog.OpenAsync(store, LogId.Parse("large"));
        await store.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => small.AppendAsync("late"));
        await Assert.ThrowsAnyAsync<Exception>(() => other.AppendAsync("late"));
        await Assert.ThrowsAnyAsync<Exception>(() => large.AppendAsync(new string('x', 100_000)));
    }

    private static async Task TearAsync(ForgetfulDisk disk, TestLog log)
    {
        var path = disk.Files().Single(name => name.EndsWith(".log", StringComparison.Ordinal));
        var torn = log.Stored(log.Next, new string('t', 500))[..300];
        using var file = disk.Open(path, create: false);
        file.Write(file.Length, torn);
        file.Sync();
        await log.DisposeAsync();
    }
}
