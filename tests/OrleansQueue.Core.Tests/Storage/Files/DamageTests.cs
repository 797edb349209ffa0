using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>What was once synced and is not whole any more is damage: named, left as it is, and never written behind.</summary>
public sealed class DamageTests
{
    private static readonly string Path = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);
    private static readonly string Megabyte = StoreOnDisk.Large('m', 1_000_000);

    [Fact]
    public async Task A_bit_that_turned_below_the_mark_is_damage()
    {
        var store = await StoreOnDisk.OpenAsync();
        await using (var log = await store.OpenLogAsync(StoreOnDisk.Orders))
        {
            await log.KeepAsync("a");
            await log.KeepAsync("b");
            await log.KeepAsync("c");
        }

        await store.KillAsync();
        var batch = BatchMaker.Stored(Offset.Zero, new(0), "a").Length;
        store.Disk.Corrupt(Path, bytes => bytes[SegmentHeader.Size + batch + 65] ^= 4);
        await IsDamagedAsync(store, position: batch, offset: 1, ["a"], "synced up to byte");
    }

    [Fact]
    public async Task A_file_that_ends_below_the_mark_is_damage()
    {
        var store = await StoreOnDisk.OpenAsync();
        await using (var log = await store.OpenLogAsync(StoreOnDisk.Orders))
        {
            await log.KeepAsync("a");
            await log.KeepAsync("b");
        }

        await store.KillAsync();
        var batch = BatchMaker.Stored(Offset.Zero, new(0), "a").Length;
        store.Disk.Replace(Path, store.Disk.BytesOf(Path)[..(SegmentHeader.Size + batch)]);
        await IsDamagedAsync(store, position: batch, offset: 1, ["a"], "the file ends there");
    }

    [Fact]
    public async Task A_bad_place_with_a_whole_batch_a_commit_behind_it_is_damage()
    {
        var store = await NineMegabytesAsync(Durability.Fsync, out var second);
        store.Disk.Corrupt(Path, bytes => bytes[SegmentHeader.Size + second + 5000] ^= 1);
        await IsDamagedAsync(store, position: second, offset: 1, ["a"], "a whole batch of this log begins at byte");
    }

    [Fact]
    public async Task A_bad_place_with_less_than_a_commit_behind_it_is_torn()
    {
        var store = await NineMegabytesAsync(Durability.Fsync, out var second);
        var third = second + BatchMaker.Stored(Offset.Zero, new(0), Megabyte).Length;
        store.Disk.Corrupt(Path, bytes => bytes[SegmentHeader.Size + third + 5000] ^= 1);
        var length = store.Disk.LengthOf(Path);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Null(log.Log.Tail.Damage);
        Assert.Equal(length - SegmentHeader.Size - third, log.Log.Tail.CutBytes);
        Assert.Equal(["a", Megabyte], log.Seen.Values);
    }

    [Fact]
    public async Task Of_durability_os_any_bad_place_behind_the_mark_is_torn()
    {
        var store = await NineMegabytesAsync(Durability.Os, out var second);
        store.Disk.Corrupt(Path, bytes => bytes[SegmentHeader.Size + second + 5000] ^= 1);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders, Durability.Os);
        Assert.Null(log.Log.Tail.Damage);
        Assert.Equal(["a"], log.Seen.Values);
    }

    [Theory]
    [InlineData("the header page is not whole", 0)]
    [InlineData("the segment belongs to store", 1)]
    [InlineData("the segment is bills from offset 0", 2)]
    [InlineData("the segment is orders from offset 5", 3)]
    public async Task A_header_page_of_another_segment_is_damage(string fault, int kind)
    {
        var store = await StoreOnDisk.OpenAsync();
        await using (var log = await store.OpenLogAsync(StoreOnDisk.Orders))
        {
            await log.KeepAsync(StoreOnDisk.Large('a'));
        }

        await store.KillAsync();
        var other = new StoreId(new Guid("0197a000-0000-7000-8000-00000000000f"));
        var page = kind switch
        {
            0 => new byte[SegmentHeader.Size],
            1 => SegmentHeader.Write(other, StoreOnDisk.Orders, Offset.Zero, new(0), FormatLevel.First),
            2 => SegmentHeader.Write(FileStores.Id, StoreOnDisk.Bills, Offset.Zero, new(0), FormatLevel.First),
            _ => SegmentHeader.Write(FileStores.Id, StoreOnDisk.Orders, new(5), new(0), FormatLevel.First),
        };
        store.Disk.Corrupt(Path, bytes => page.CopyTo(bytes, 0));
        await IsDamagedAsync(store, position: 0, offset: 0, [], fault);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(SegmentHeader.Size - 1)]
    public async Task A_file_shorter_than_a_header_page_is_damage(int length)
    {
        var store = await StoreOnDisk.OpenAsync();
        await store.OpenLogAsync(StoreOnDisk.Orders);
        store.Disk.Replace(Path, store.Disk.BytesOf(Path)[..length]);
        await store.KillAsync();
        await IsDamagedAsync(store, position: 0, offset: 0, [], "the header page is not whole");
    }

    private static async Task IsDamagedAsync(StoreOnDisk store, long position, long offset, string[] readable, string fault)
    {
        var files = store.Disk.Files().Where(file => file.Contains("/logs/", StringComparison.Ordinal)).Select(file => (file, store.Disk.BytesOf(file))).ToList();
        for (var opening = 0; opening < 2; opening++)
        {
            var log = await TestLog.RecoverAsync(store.Store, StoreOnDisk.Orders);
            var damage = Assert.IsType<LogDamagedException>(log.Log.Tail.Damage);
            Assert.Equal((Path, position, new Offset(offset)), (damage.Place, damage.Position, damage.Offset));
            Assert.Contains(fault, damage.Fault, StringComparison.Ordinal);
            Assert.Contains($"{Path}, byte {position}, expected offset {offset}: ", damage.Message, StringComparison.Ordinal);
            Assert.Equal(position, log.Log.Segments[^1].Length);
            Assert.Equal(readable, log.Seen.Values);
            var before = new byte[position];
            Assert.Equal(position, await log.Log.ReadAsync(Offset.Zero, 0, before, CancellationToken.None));
            Assert.Equal(readable, BatchMaker.Read([before]).Select(record => record.Value));
            Assert.Same(damage, await Assert.ThrowsAsync<LogDamagedException>(() => log.AppendAsync("no")));
            Assert.Same(damage, await Assert.ThrowsAsync<LogDamagedException>(() => log.RollAsync()));
            await log.DisposeAsync();
        }

        // Nothing was deleted, cut or written.
        Assert.Equal(files, store.Disk.Files().Where(file => file.Contains("/logs/", StringComparison.Ordinal)).Select(file => (file, store.Disk.BytesOf(file))));
    }

    /// <summary>A log of one small batch and nine of a megabyte that carries no mark, since the clock stood still.</summary>
    private static Task<StoreOnDisk> NineMegabytesAsync(Durability durability, out int second)
    {
        second = BatchMaker.Stored(Offset.Zero, new(0), "a").Length;
        return FillAsync(durability);
    }

    private static async Task<StoreOnDisk> FillAsync(Durability durability)
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders, durability);
        await log.KeepAsync("a");
        for (var i = 0; i < 10; i++)
        {
            await log.KeepAsync(Megabyte);
        }

        await store.KillAsync();
        var page = store.Disk.BytesOf(Path)[..SegmentHeader.Size];
        store.Disk.Corrupt(Path, bytes => SegmentHeader.Write(FileStores.Id, StoreOnDisk.Orders, Offset.Zero, new(0), FormatLevel.First).CopyTo(bytes, 0));
        Assert.Null(SegmentHeader.Check(page, FileStores.Id, StoreOnDisk.Orders, Offset.Zero));
        return store;
    }
}
