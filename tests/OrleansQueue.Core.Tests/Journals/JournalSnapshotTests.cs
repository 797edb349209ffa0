using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Journals;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Journals;

public sealed class JournalSnapshotTests
{
    [Fact]
    public async Task A_snapshot_takes_the_place_of_all_entries_before_it_and_old_segments_go()
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 500);
        await bench.AppendSomeAsync(0, 100);
        Assert.InRange(bench.State.Snapshots.Written, 2, 30);
        var segments = await bench.SegmentsAsync();
        Assert.Single(segments);
        Assert.NotEqual(Offset.Zero, segments[0].FirstOffset);
        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(100), bench.State.Entries);
        Assert.Equal(1, bench.State.Snapshots.Read);
    }

    [Fact]
    public async Task The_larger_the_snapshot_the_more_entries_are_written_before_the_next()
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 100);
        await bench.AppendAsync(new string('x', 50_000));
        var written = bench.State.Snapshots.Written;
        Assert.Equal(1, written);
        await bench.AppendSomeAsync(0, 100);
        Assert.Equal(written, bench.State.Snapshots.Written);
        await bench.OpenAsync();
        await bench.AppendSomeAsync(100, 200);
        Assert.Equal(0, bench.State.Snapshots.Written);
    }

    [Theory]
    [InlineData(JournalFormat.PieceBytes)]
    [InlineData(JournalFormat.PieceBytes + 1)]
    [InlineData(5_000_000)]
    public async Task A_snapshot_larger_than_one_piece_is_read_back_whole(int bytes)
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 100);
        var lines = new List<string>();
        for (var left = bytes; left > 0; left -= lines[^1].Length + 1)
        {
            lines.Add(new string((char)('a' + (lines.Count % 26)), Math.Min(left, 700_000)));
            await bench.AppendAsync(lines[^1]);
        }

        await bench.OpenAsync();
        Assert.Equal(lines, bench.State.Entries);
    }

    [Fact]
    public Task A_snapshot_that_was_cut_short_is_none_and_the_segment_before_it_stands_for_it() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 3_000_000);
        var entries = Enumerable.Range(0, 4).Select(i => new string((char)('a' + i), 700_000)).ToList();
        foreach (var entry in entries)
        {
            await bench.AppendAsync(entry);
        }

        // Two of the three pieces are stored, the third is not.
        bench.Store.Gated = true;
        var last = bench.AppendAsync(new string('z', 700_000));
        for (var piece = 0; piece < 2; piece++)
        {
            await LogBench.SettleAsync();
            bench.Store.Release();
        }

        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        await Assert.ThrowsAsync<IOException>(() => last);
        bench.Store.Gated = false;
        await bench.OpenAsync();
        Assert.Equal(entries, bench.State.Entries);

        // Entries behind the torn snapshot are no part of it, and the next whole one clears all away.
        await bench.AppendAsync("behind");
        await bench.OpenAsync();
        Assert.Equal([.. entries, "behind"], bench.State.Entries);
        await bench.AppendAsync(new string('y', 1_000_000));
        await bench.AppendAsync("more");
        Assert.Single(await bench.SegmentsAsync());
        await bench.OpenAsync();
        Assert.Equal([.. entries, "behind", new string('y', 1_000_000), "more"], bench.State.Entries);
    });

    [Fact]
    public Task Entries_too_many_for_one_commit_are_kept_by_a_snapshot() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 100 << 20);
        bench.Store.Gated = true;
        var appends = Enumerable.Range(0, 12).Select(i => bench.AppendAsync(new string((char)('a' + i), 1_000_000))).ToList();
        bench.Store.Gated = false;
        await LogBench.SettleAsync();
        bench.Store.Release();
        Assert.All(await Task.WhenAll(appends), outcome => Assert.Equal(StoreOutcome.Done, outcome));
        Assert.Equal(1, bench.State.Snapshots.Written);
        await bench.OpenAsync();
        Assert.Equal(12, bench.State.Entries.Count);
    });

    [Fact]
    public Task A_segment_that_was_begun_and_never_written_to_is_used() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync(snapshotAfterBytes: 100);
        await bench.AppendAsync("short");
        bench.Store.Gated = true;
        var append = bench.AppendAsync("the entry that makes a snapshot due, and so a segment");
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored: false);
        await Assert.ThrowsAsync<IOException>(() => append);
        bench.Store.Gated = false;
        await bench.OpenAsync();
        Assert.Equal(["short"], bench.State.Entries);
        await bench.AppendAsync("the entry that makes a snapshot due, and so a segment");
        Assert.Equal([new Offset(1)], (await bench.SegmentsAsync()).Select(segment => segment.FirstOffset));
        await bench.OpenAsync();
        Assert.Equal(2, bench.State.Entries.Count);
    });

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 24)]
    public async Task On_storage_that_is_far_away_a_snapshot_comes_after_so_many_commits_too(bool isFar, int batches)
    {
        var bench = new JournalBench(new MemoryLogStore(FileStores.Id) { UsesCheckpoints = isFar })
        {
            Options = new JournalOptions { SnapshotAfterCommits = 10 },
        };
        await bench.OpenAsync();
        await bench.AppendSomeAsync(0, 12);
        await bench.OpenAsync();

        // What an earlier owner wrote counts too.
        await bench.AppendSomeAsync(12, 24);
        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(24), bench.State.Entries);
        var seen = new TailBatches();
        await using var log = await bench.Store.OpenAsync(JournalBench.Id, new(), seen, CancellationToken.None);
        Assert.InRange(seen.Positions.Count, batches, batches + 9);
    }
}
