using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>A store that an older version wrote opens for ever, and what is written today is what is documented.</summary>
public sealed class GoldenStoreTests
{
    [Fact]
    public async Task Store_written_today_has_the_very_bytes_that_are_checked_in()
    {
        var made = GoldenStore.Files(await GoldenStore.MakeAsync());
        var checkedIn = GoldenStore.CheckedIn();

        Assert.Equal(checkedIn.Keys.Order(StringComparer.Ordinal), made.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, bytes) in checkedIn)
        {
            Assert.True(bytes.AsSpan().SequenceEqual(made[name]), $"{name} differs from byte {bytes.AsSpan().CommonPrefixLength(made[name])} on.");
        }
    }

    [Fact]
    public async Task Store_that_is_checked_in_opens_with_all_its_records()
    {
        await AssertWholeAsync(GoldenStore.DiskWith(GoldenStore.CheckedIn()));
    }

    [Fact]
    public async Task Store_that_is_checked_in_gets_lost_bytes_back_from_its_write_ahead_file()
    {
        var files = GoldenStore.CheckedIn();
        var last = files.Keys.Where(name => name.EndsWith(".log", StringComparison.Ordinal) && name.Contains(GoldenStore.Partition.Name, StringComparison.Ordinal)).Max(StringComparer.Ordinal)!;
        files[last] = files[last][..SegmentHeader.Size];

        await AssertWholeAsync(GoldenStore.DiskWith(files));
    }

    private static async Task AssertWholeAsync(ForgetfulDisk disk)
    {
        var clock = new ManualClock();
        await using var store = await FileStores.OpenAsync(disk, GoldenStore.StoreOptions(clock));
        Assert.Equal(FileStores.Id, store.Id);

        await using var log = await PartitionLog.OpenAsync(store, GoldenStore.Options, clock, NoLogEvents.Instance, CancellationToken.None);
        var found = new List<(long Offset, string Value)>();
        for (var next = log.Offsets.LogStart; next < log.Offsets.HighWatermark;)
        {
            var read = await log.ReadAsync(next, 1 << 20, CancellationToken.None);
            found.AddRange(BatchMaker.Read(read.Parts));
            next = read.Next;
        }

        Assert.Equal([(0, "one"), (1, "two"), (2, "three"), (3, "four")], found);
        var again = await log.AppendAsync(BatchMaker.From(new ProducerStamp(new(7), new(0), new(2)), "three"));
        Assert.Equal(new ProduceResult.Duplicate(new Offset(2), Durability.Fsync), again);

        var words = new GoldenStore.Words();
        await using var journal = await Journal.OpenAsync(store, GoldenStore.JournalId, words, new JournalOptions(), CancellationToken.None);
        Assert.Equal("abcd", words.Text);
    }
}
