using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>What the write-ahead files bring back after loss of power, and what they must not.</summary>
public sealed class WriteAheadReplayTests
{
    private const int Seeds = 12;

    [Fact]
    public async Task Acknowledged_bytes_come_back_that_were_never_synced_in_their_segments()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var (store, values) = await TenSmallCommitsAsync();
            await store.LosePowerAsync(seed);
            Assert.Equal(values, (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
            await store.LosePowerAsync(seed);
            Assert.Equal(values, (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Fact]
    public async Task Files_are_used_again_and_nothing_of_their_earlier_use_is_applied()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var store = await StoreOnDisk.OpenAsync(options: FileStores.Options(writeAheadFileBytes: 6000));
            var orders = await store.OpenLogAsync(StoreOnDisk.Orders);
            var bills = await store.OpenLogAsync(StoreOnDisk.Bills);
            for (var i = 0; i < 100 + seed; i++)
            {
                await orders.KeepAsync($"order {i}");
                await bills.KeepAsync($"bill {i}");
            }

            Assert.InRange(store.Disk.Files().Count(WriteAheadFile.IsName), 1, 3);
            await store.LosePowerAsync(seed);
            Assert.Equal(Enumerable.Range(0, 100 + seed).Select(i => $"order {i}"), (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
            Assert.Equal(Enumerable.Range(0, 100 + seed).Select(i => $"bill {i}"), (await store.OpenLogAsync(StoreOnDisk.Bills)).Seen.Values);
        }
    }

    [Theory]
    [InlineData(64 << 10)]
    [InlineData(4500)]
    public async Task Bytes_of_a_new_owner_survive_what_the_write_ahead_log_says_of_a_cut_tail(int fileBytes)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var store = await StoreOnDisk.OpenAsync(options: FileStores.Options(writeAheadFileBytes: fileBytes));
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("kept");
            store.Disk.OnSync = path => Throw(WriteAheadFile.IsName(path));
            await Assert.ThrowsAsync<IOException>(() => log.AppendAsync("unknown"));
            store.Disk.OnSync = null;

            // The entry may have reached the disk although its sync failed.
            foreach (var file in store.Disk.Files().Where(WriteAheadFile.IsName))
            {
                store.Disk.Corrupt(file, _ => { });
            }

            var next = await store.OpenLogAsync(StoreOnDisk.Orders);
            await next.KeepAsync(StoreOnDisk.Large('n'));
            await store.LosePowerAsync(seed);
            Assert.Equal(["kept", StoreOnDisk.Large('n')], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public async Task Nothing_of_a_deleted_log_returns_into_one_of_the_same_name(int commitsOfOthers)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var store = await StoreOnDisk.OpenAsync(options: FileStores.Options(writeAheadFileBytes: 6000));
            var old = await store.OpenLogAsync(StoreOnDisk.Orders);
            await old.KeepAsync("old", "and long enough to reach beyond the new");
            var others = await store.OpenLogAsync(StoreOnDisk.Bills);
            for (var i = 0; i < commitsOfOthers; i++)
            {
                await others.KeepAsync($"{i}");
            }

            await store.Store.DeleteAsync(StoreOnDisk.Orders, CancellationToken.None);
            var fresh = await store.OpenLogAsync(StoreOnDisk.Orders);
            await fresh.KeepAsync(StoreOnDisk.Large('n'));
            await store.LosePowerAsync(seed);
            Assert.Equal([StoreOnDisk.Large('n')], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Fact]
    public async Task A_torn_entry_ends_the_replay_of_its_file()
    {
        var (store, values) = await TenSmallCommitsAsync();
        var file = store.Disk.Files().First(name => WriteAheadFile.IsName(name) && store.Disk.BytesOf(name).AsSpan(0, 5).SequenceEqual("OQWAL"u8));
        var entry = WriteAheadFormat.SizeOfEntry(StoreOnDisk.Orders, BatchMaker.Stored(Offset.Zero, new(0), values[0]).Length);
        store.Disk.Corrupt(file, bytes => bytes[WriteAheadFormat.FileHeaderSize + (4 * entry) + 50] ^= 1);
        store.Disk.Replace(StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0), store.Disk.BytesOf(StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0))[..SegmentHeader.Size]);
        await store.KillAsync();
        Assert.Equal(values.Take(4), (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
    }

    [Fact]
    public async Task A_file_of_another_store_or_with_a_broken_header_is_passed_over()
    {
        foreach (var at in new[] { 0, 10, 25, 33, 41 })
        {
            var (store, _) = await TenSmallCommitsAsync();
            var segment = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);
            foreach (var file in store.Disk.Files().Where(WriteAheadFile.IsName))
            {
                store.Disk.Corrupt(file, bytes => bytes[at] ^= 1);
            }

            store.Disk.Replace(segment, store.Disk.BytesOf(segment)[..SegmentHeader.Size]);
            await store.KillAsync();
            Assert.Empty((await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    private static void Throw(bool fails)
    {
        if (fails)
        {
            throw new IOException("The disk does not answer.");
        }
    }

    private static async Task<(StoreOnDisk Store, List<string> Values)> TenSmallCommitsAsync()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        var values = Enumerable.Range(0, 10).Select(i => $"value {i}").ToList();
        foreach (var value in values)
        {
            await log.KeepAsync(value);
        }

        return (store, values);
    }
}
