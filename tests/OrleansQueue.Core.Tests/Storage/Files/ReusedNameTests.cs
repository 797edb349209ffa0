using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Logs that are deleted and made again under the same name, as journals are, while something fails in between.</summary>
public sealed class ReusedNameTests
{
    private static readonly LogId Log = LogId.Parse("journal");

    [Fact]
    public async Task Deletion_whose_barrier_failed_lets_nothing_of_the_old_log_come_back()
    {
        var disk = new ForgetfulDisk();
        var store = await FileStores.OpenAsync(disk, FileStores.Options() with { WriteAheadMaxCommitBytes = 600 });
        var old = await TestLog.OpenAsync(store, Log);
        await old.KeepAsync("old1");
        await old.KeepAsync("old2");
        var failures = 1;
        disk.OnSync = path => _ = path.EndsWith(".wal", StringComparison.Ordinal) && failures-- > 0 ? throw new IOException("The disk failed.") : 0;
        await Assert.ThrowsAsync<IOException>(async () => await store.DeleteAsync(Log, CancellationToken.None));

        var again = await TestLog.OpenAsync(store, Log);
        await again.KeepAsync(new string('n', 1_000));

        for (var seed = 0; seed < 8; seed++)
        {
            var after = await TestLog.RecoverAsync(await FileStores.OpenAsync(disk.Restart(seed)), Log);
            Assert.Null(after.Log.Tail.Damage);
            Assert.Equal([new string('n', 1_000)], await after.ReadValuesAsync());
        }
    }

    [Fact]
    public async Task Log_that_failed_a_write_and_was_deleted_can_be_made_again()
    {
        var disk = new ForgetfulDisk();
        var store = await FileStores.OpenAsync(disk);
        var old = await TestLog.OpenAsync(store, Log);
        disk.OnWrite = path => _ = path.EndsWith(".log", StringComparison.Ordinal) ? throw new IOException("The disk failed.") : 0;
        await Assert.ThrowsAsync<IOException>(() => old.AppendAsync("lost"));
        disk.OnWrite = null;
        await store.DeleteAsync(Log, CancellationToken.None);

        var again = await TestLog.OpenAsync(store, Log);
        await again.KeepAsync("new");
        Assert.Equal(["new"], await again.ReadValuesAsync());
    }

    [Fact]
    public async Task File_that_a_reader_opened_during_the_deletion_is_not_mistaken_for_the_new_one()
    {
        var disk = new ForgetfulDisk();
        var store = await FileStores.OpenAsync(disk);
        var old = await TestLog.OpenAsync(store, Log);
        await old.KeepAsync("old");
        Task<int>? read = null;
        disk.OnDeleteFolder = _ => read = old.Log.ReadAsync(Offset.Zero, 0, new byte[10], CancellationToken.None).AsTask();
        await store.DeleteAsync(Log, CancellationToken.None);
        Assert.NotNull(read);

        var again = await TestLog.OpenAsync(store, Log);
        await again.KeepAsync("new");
        var after = await TestLog.RecoverAsync(await FileStores.OpenAsync(disk.Restart(1)), Log);
        Assert.Equal(["new"], await after.ReadValuesAsync());
    }
}
