using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A store that ended on a full disk starts on the full disk, as it does when an operator restarts it before making room.</summary>
public sealed class FullDiskRestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Store_that_starts_on_a_full_disk_is_read_refuses_appends_and_goes_on_when_there_is_room(bool isKilled)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("a");
            await log.KeepAsync(StoreOnDisk.Large('l'));
            store.Disk.Capacity = store.Disk.UsedBytes;
            Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync(StoreOnDisk.Large('x')));

            var disk = isKilled ? store.Disk : store.Disk.Restart(seed);
            disk.Capacity = disk.UsedBytes;
            for (var start = 0; start < 2; start++)
            {
                store = await StoreOnDisk.OpenAsync(disk);
                log = await TestLog.RecoverAsync(store.Store, StoreOnDisk.Orders);
                Assert.Equal(["a", StoreOnDisk.Large('l')], await log.ReadValuesAsync());

                // Others take what the start gave back.
                disk.Capacity = disk.UsedBytes;
                Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync(StoreOnDisk.Large('y')));
            }

            disk.Capacity = null;
            log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("z");
            await store.LosePowerAsync(seed);
            Assert.Equal(["a", StoreOnDisk.Large('l'), "z"], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }
}
