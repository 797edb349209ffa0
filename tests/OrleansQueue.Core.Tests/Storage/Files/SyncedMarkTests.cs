using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>The mark in a segment's header page says up to where it was synced, and never more.</summary>
public sealed class SyncedMarkTests
{
    private static readonly string Path = StoreOnDisk.SegmentOf(StoreOnDisk.Orders, 0);

    [Fact]
    public void Of_two_slots_the_later_whole_one_counts()
    {
        var page = SegmentHeader.Write(new StoreId(Guid.Empty), StoreOnDisk.Orders, Offset.Zero, new(0), FormatLevel.First);
        Assert.Equal((0, 0), SegmentHeader.ReadMark(page));
        Put(page, 1, 100);
        Assert.Equal((1, 100), SegmentHeader.ReadMark(page));
        Put(page, 2, 200);
        Assert.Equal((2, 200), SegmentHeader.ReadMark(page));
        Put(page, 3, 300);
        Assert.Equal((3, 300), SegmentHeader.ReadMark(page));
        page[SegmentHeader.WriteMark(3, 300).At + 10] ^= 1;
        Assert.Equal((2, 200), SegmentHeader.ReadMark(page));
    }

    [Fact]
    public void Every_torn_slot_falls_back_to_the_other()
    {
        for (var length = 0; length < SegmentHeader.WriteMark(3, 300).Bytes.Length; length++)
        {
            var page = SegmentHeader.Write(new StoreId(Guid.Empty), StoreOnDisk.Orders, Offset.Zero, new(0), FormatLevel.First);
            Put(page, 1, 111_111);
            Put(page, 2, 222_222);
            var (at, bytes) = SegmentHeader.WriteMark(3, 333_333);
            bytes.AsSpan(0, length).CopyTo(page.AsSpan(at));
            var read = SegmentHeader.ReadMark(page);
            Assert.True(read == (2, 222_222) || (read == (3, 333_333) && page.AsSpan(at, bytes.Length).SequenceEqual(bytes)));
        }
    }

    [Fact]
    public async Task A_mark_is_written_with_an_append_at_most_once_a_second()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        var marks = new HashSet<(long, long)>();
        for (var i = 0; i < 100; i++)
        {
            await log.KeepAsync($"{i}");
            marks.Add(SegmentHeader.ReadMark(store.Disk.BytesOf(Path)));
            store.Clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(marks.Count, 9, 12);
    }

    [Theory]
    [InlineData(Durability.Fsync)]
    [InlineData(Durability.Os)]
    public async Task A_mark_never_claims_more_than_loss_of_power_leaves(Durability durability)
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders, durability);
            for (var i = 0; i < 10; i++)
            {
                await log.KeepAsync(i % 3 == 2 ? StoreOnDisk.Large('l') : $"{i}");
                store.Clock.Advance(TimeSpan.FromMilliseconds(700));
                log = i % 4 == 3 ? await store.OpenLogAsync(StoreOnDisk.Orders, durability) : log;
            }

            await store.LosePowerAsync(seed);
            var after = await store.OpenLogAsync(StoreOnDisk.Orders, durability);
            Assert.Null(after.Log.Tail.Damage);
        }
    }

    [Fact]
    public async Task A_clean_end_marks_everything()
    {
        var store = await StoreOnDisk.OpenAsync();
        await using (var log = await store.OpenLogAsync(StoreOnDisk.Orders))
        {
            await log.KeepAsync("a");
            await log.KeepAsync("b");
        }

        var bytes = store.Disk.BytesOf(Path);
        Assert.Equal(bytes.Length - SegmentHeader.Size, SegmentHeader.ReadMark(bytes).Position);
    }

    private static void Put(byte[] page, long number, long position)
    {
        var (at, bytes) = SegmentHeader.WriteMark(number, position);
        bytes.CopyTo(page, at);
    }
}
