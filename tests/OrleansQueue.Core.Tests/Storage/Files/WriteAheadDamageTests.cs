using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Bytes of a write-ahead file that were synced and are gone are damage, and damage is named, not passed over.</summary>
public sealed class WriteAheadDamageTests
{
    private static readonly LogId Log = LogId.Parse("orders");

    [Fact]
    public async Task Entry_that_was_damaged_far_before_the_last_keeps_the_store_from_opening_and_nothing_is_changed()
    {
        var disk = await WriteAsync();
        disk.Corrupt(WriteAheadOf(disk), bytes => bytes[5_000] ^= 1);
        var before = disk.Files();

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => FileStores.OpenAsync(disk, Options()));

        Assert.Contains("0001.wal is damaged at byte 4096: whole entries follow at byte", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, disk.Files());
    }

    [Fact]
    public async Task Entry_that_was_torn_near_the_last_ends_the_replay()
    {
        var disk = await WriteAsync();
        var torn = 0;
        disk.Corrupt(WriteAheadOf(disk), bytes => bytes[torn = Array.FindLastIndex(bytes, value => value != 0)] ^= 1);

        var after = await TestLog.RecoverAsync(await FileStores.OpenAsync(disk, Options()), Log);

        Assert.True(torn > WriteAheadFormat.MaxRoundBytes);
        Assert.Null(after.Log.Tail.Damage);
    }

    private static async Task<ForgetfulDisk> WriteAsync()
    {
        var disk = new ForgetfulDisk();
        var log = await TestLog.OpenAsync(await FileStores.OpenAsync(disk, Options()), Log);
        for (var i = 0; i < 80; i++)
        {
            await log.KeepAsync(new string('x', 60_000));
        }

        return disk;
    }

    private static FileStoreOptions Options() => FileStores.Options(writeAheadFileBytes: 6 << 20);

    private static string WriteAheadOf(ForgetfulDisk disk) => disk.Files().First(path => path.EndsWith(".wal", StringComparison.Ordinal));
}
