using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>What is not whole at the end of a log and was never promised is cut off and kept beside.</summary>
public sealed class TornTailTests
{
    private static readonly string Path = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);

    [Fact]
    public async Task A_tail_torn_at_any_byte_of_the_last_batch_is_cut_and_kept_beside()
    {
        var (whole, lastAt) = await TwoBatchesAsync();
        for (var length = lastAt + 1; length < whole.Length; length++)
        {
            await CutsAsync(whole[..length], lastAt);
        }
    }

    [Fact]
    public async Task A_tail_that_ends_with_its_last_batch_is_whole()
    {
        var (whole, lastAt) = await TwoBatchesAsync();
        foreach (var length in new[] { lastAt, whole.Length })
        {
            var store = await WithSegmentAsync(whole[..length]);
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Equal(TailReport.Whole, log.Log.Tail);
            Assert.Empty(store.FilesOf(StoreOnDisk.Orders, ".cut-"));
            Assert.Equal(length == lastAt ? ["a"] : ["a", "bb", "ccc"], log.Seen.Values);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(100_000)]
    public async Task Zeros_at_the_tail_are_cut(int count)
    {
        var (whole, _) = await TwoBatchesAsync();
        await CutsAsync([.. whole, .. new byte[count]], whole.Length);
    }

    [Fact]
    public async Task A_batch_of_which_a_bit_is_wrong_is_cut_where_it_was_never_promised()
    {
        var (whole, lastAt) = await TwoBatchesAsync();
        whole[^1] ^= 1;
        await CutsAsync(whole, lastAt);
    }

    [Fact]
    public async Task A_torn_batch_that_would_not_continue_the_one_before_is_cut()
    {
        var (whole, _) = await TwoBatchesAsync();
        await CutsAsync([.. whole, .. BatchMaker.Stored(new(7), new(9), "gap")[..^1]], whole.Length);
        await CutsAsync([.. whole, .. BatchMaker.Stored(new(3), new(0), "epoch falls")[..^1]], whole.Length);
    }

    [Theory]
    [InlineData(7, 9)]
    [InlineData(3, -1)]
    public async Task A_whole_batch_that_does_not_continue_the_one_before_is_damage(long offset, int epoch)
    {
        var (whole, _) = await TwoBatchesAsync();
        var store = await WithSegmentAsync([.. whole, .. BatchMaker.Stored(new(offset), new(epoch), "written whole")]);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Equal(whole.Length - SegmentHeader.Size, log.Log.Tail.Damage!.Position);
        Assert.Empty(store.FilesOf(StoreOnDisk.Orders, ".cut-"));
    }

    [Theory]
    [InlineData(BatchLayout.BaseOffset, 0x80)]
    [InlineData(BatchLayout.BaseOffset + 7, 0x01)]
    [InlineData(BatchLayout.Epoch, 0x80)]
    [InlineData(BatchLayout.Magic, 0x02)]
    public async Task A_bit_that_turned_over_outside_the_CRC_of_a_whole_batch_is_damage(int at, byte bit)
    {
        var (whole, lastAt) = await TwoBatchesAsync();
        whole[lastAt + at] ^= bit;
        var store = await WithSegmentAsync(whole);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Equal(lastAt - SegmentHeader.Size, log.Log.Tail.Damage!.Position);
        Assert.Equal(whole, store.Disk.BytesOf(Path));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public async Task A_batch_of_which_loss_of_power_kept_all_but_the_sector_with_its_offset_is_cut(int lost)
    {
        const int Sector = 512;
        var (whole, _) = await TwoBatchesAsync();
        var before = Enumerable.Range(1, 2 * Sector).Select(length => BatchMaker.Stored(new(0), new(0), new string('a', length))).First(batch => batch.Length % Sector == Sector - lost);
        var torn = BatchMaker.Stored(new(1), new(0), "torn").ToArray();
        torn.AsSpan(0, lost).Clear();
        await CutsAsync([.. whole[..SegmentHeader.Size], .. before, .. torn], SegmentHeader.Size + before.Length);

        // Another bit of the offset is no work of a torn write.
        torn[0] = 0x80;
        var store = await WithSegmentAsync([.. whole[..SegmentHeader.Size], .. before, .. torn]);
        Assert.NotNull((await store.OpenLogAsync(StoreOnDisk.Orders)).Log.Tail.Damage);
    }

    [Fact]
    public async Task Cut_tails_of_different_times_do_not_replace_each_other()
    {
        var (whole, _) = await TwoBatchesAsync();
        var store = await WithSegmentAsync(whole[..^1]);
        await store.OpenLogAsync(StoreOnDisk.Orders);
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        store.Disk.Replace(Path, [.. store.Disk.BytesOf(Path), 1, 2, 3]);
        await store.KillAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Equal(3, log.Log.Tail.CutBytes);
        Assert.Equal(2, store.FilesOf(StoreOnDisk.Orders, ".cut-").Count);
        Assert.Equal([1, 2, 3], store.Disk.BytesOf(log.Log.Tail.CutFile!));
    }

    [Fact]
    public async Task A_file_that_was_being_made_when_the_process_ended_is_removed()
    {
        var (whole, _) = await TwoBatchesAsync();
        var store = await WithSegmentAsync(whole);
        store.Disk.Replace(StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 3) + ".new", [1, 2, 3]);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Empty(store.FilesOf(StoreOnDisk.Orders, ".new"));
        await log.KeepAsync("d");
        Assert.Equal(["a", "bb", "ccc", "d"], await log.ReadValuesAsync());
    }

    [Fact]
    public async Task An_offset_that_is_gone_from_a_batch_whose_length_shares_its_sector_and_is_there_is_damage()
    {
        const int Sector = 512;
        var (whole, _) = await TwoBatchesAsync();
        var before = Enumerable.Range(1, 2 * Sector).Select(length => BatchMaker.Stored(new(0), new(0), new string('a', length))).First(batch => batch.Length % Sector == Sector - BatchLayout.Length - 3);
        var changed = BatchMaker.Stored(new(1), new(0), new string('b', 300)).ToArray();
        changed.AsSpan(0, BatchLayout.Length).Clear();
        var store = await WithSegmentAsync([.. whole[..SegmentHeader.Size], .. before, .. changed]);
        Assert.NotNull((await store.OpenLogAsync(StoreOnDisk.Orders)).Log.Tail.Damage);
    }

    private static async Task CutsAsync(byte[] segment, int goodEnd)
    {
        var store = await WithSegmentAsync(segment);
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        var cutFile = Assert.Single(store.FilesOf(StoreOnDisk.Orders, ".cut-"));
        Assert.Equal($"{StoreOnDisk.FolderOf(StoreOnDisk.Orders)}/00000000000000000000.cut-{store.Clock.GetUtcNow().ToUnixTimeMilliseconds()}", cutFile);
        Assert.Equal(new TailReport(segment.Length - goodEnd, cutFile), log.Log.Tail);
        Assert.Equal(segment[goodEnd..], store.Disk.BytesOf(cutFile));
        Assert.Equal(segment[..goodEnd], store.Disk.BytesOf(Path));

        // The log goes on where it was cut, also after loss of power.
        var kept = log.Seen.Values;
        await log.KeepAsync("more");
        await store.LosePowerAsync(goodEnd);
        Assert.Equal([.. kept, "more"], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
    }

    /// <summary>A segment file of two batches without a mark, and where the second begins.</summary>
    private static async Task<(byte[] Segment, int LastAt)> TwoBatchesAsync()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        await log.KeepAsync("a");
        var lastAt = (int)store.Disk.LengthOf(Path);
        await log.KeepAsync("bb", "ccc");
        return (store.Disk.BytesOf(Path), lastAt);
    }

    /// <summary>A store whose log has that segment, as if the write-ahead log had been replayed already.</summary>
    private static async Task<StoreOnDisk> WithSegmentAsync(byte[] segment)
    {
        var store = await StoreOnDisk.OpenAsync(options: FileStores.Options() with { WriteAheadMaxCommitBytes = 0 });
        await store.OpenLogAsync(StoreOnDisk.Orders);
        store.Disk.Replace(Path, segment);
        await store.KillAsync();
        Assert.Equal(SegmentHeader.Size, store.Disk.BytesOf(Path).Length - (segment.Length - SegmentHeader.Size));
        return store;
    }
}
