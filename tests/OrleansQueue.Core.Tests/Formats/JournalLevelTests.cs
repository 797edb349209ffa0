using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Journals;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>No entry stands in a segment of a lower level than it may have: the first one after the level went up goes into a snapshot.</summary>
public sealed class JournalLevelTests
{
    private readonly FormatLevels _levels = new(new FormatRange(new(1), new(2)), new(1));

    [Fact]
    public async Task The_first_entry_after_the_level_went_up_begins_a_segment_of_that_level()
    {
        var store = new MemoryLogStore(FileStores.Id, levels: _levels);
        var bench = await JournalBench.OpenAsync(store: store);
        await bench.AppendSomeAsync(0, 3);
        Assert.Equal(new FormatLevel(1), await LevelAsync(bench));

        await bench.OpenAsync();
        _levels.Raise(new(2));
        await bench.AppendSomeAsync(3, 4);
        await bench.AppendSomeAsync(4, 5);
        Assert.Equal(new FormatLevel(2), await LevelAsync(bench));
        Assert.Single(await bench.SegmentsAsync());

        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(5), bench.State.Entries);
    }

    [Fact]
    public async Task A_journal_whose_level_is_fixed_stays_as_it_is()
    {
        var bench = new JournalBench(new MemoryLogStore(FileStores.Id, levels: _levels)) { Options = new JournalOptions { Level = FormatLevel.First } };
        await bench.OpenAsync();
        await bench.AppendSomeAsync(0, 1);
        _levels.Raise(new(2));
        await bench.AppendSomeAsync(1, 2);
        Assert.Equal(FormatLevel.First, await LevelAsync(bench));
        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(2), bench.State.Entries);
    }

    /// <summary>The level of the journal's last segment; looking fences the journal.</summary>
    private static async Task<FormatLevel> LevelAsync(JournalBench bench)
    {
        await using var log = await bench.Store.OpenAsync(JournalBench.Id, new(), new TailBatches(), CancellationToken.None);
        return log.Level;
    }
}
