using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Journals;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Journals;

public sealed class JournalTests
{
    [Fact]
    public async Task Entries_are_applied_again_after_reopening()
    {
        var bench = await JournalBench.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            await bench.AppendSomeAsync(i * 3, (i + 1) * 3);
            Assert.Equal(JournalBench.Entries((i + 1) * 3), bench.State.Entries);
            await bench.OpenAsync();
            Assert.Equal(JournalBench.Entries((i + 1) * 3), bench.State.Entries);
        }
    }

    [Fact]
    public async Task A_new_journal_leaves_an_empty_state()
    {
        var bench = await JournalBench.OpenAsync();
        Assert.Empty(bench.State.Entries);
        Assert.Equal(StoreOutcome.Done, await bench.Journal.WhenDurable());
        Assert.Equal(new Epoch(0), bench.Journal.Epoch);
        Assert.Equal(TailReport.Whole, bench.Journal.Tail);
    }

    [Fact]
    public async Task An_empty_entry_is_an_entry()
    {
        var bench = await JournalBench.OpenAsync();
        await bench.AppendAsync("");
        await bench.OpenAsync();
        Assert.Equal([""], bench.State.Entries);
    }

    [Fact]
    public Task Whoever_asks_for_the_owner_waits_for_no_entry() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        bench.Store.Gated = true;
        var entry = bench.AppendAsync("under way");
        await LogBench.SettleAsync();

        Assert.Equal(StoreOutcome.Done, await bench.Journal.ConfirmAsync());

        Assert.False(entry.IsCompleted);
        bench.Store.Release();
        Assert.Equal(StoreOutcome.Done, await entry);
    });

    [Fact]
    public async Task Entries_that_were_added_are_written_with_the_next_or_when_somebody_waits_for_them()
    {
        var bench = await JournalBench.OpenAsync();
        Assert.True(bench.Journal.Add("first"u8));
        Assert.True(bench.Journal.Add("second"u8));
        Assert.Equal((2, 0), (bench.State.Entries.Count, bench.Store.Appends.Count));
        Assert.Equal(StoreOutcome.Done, await bench.AppendAsync("third"));
        Assert.Single(bench.Store.Appends);

        Assert.True(bench.Journal.Add("fourth"u8));
        Assert.Equal(StoreOutcome.Done, await bench.Journal.WhenDurable());
        Assert.Equal(2, bench.Store.Appends.Count);
        await bench.OpenAsync();
        Assert.Equal(["first", "second", "third", "fourth"], bench.State.Entries);
    }

    [Fact]
    public Task Entries_change_the_state_at_once_and_wait_for_the_commit_under_way_together() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        bench.Store.Gated = true;
        var first = bench.AppendAsync("first");
        await LogBench.SettleAsync();
        var others = Enumerable.Range(0, 9).Select(i => bench.AppendAsync(JournalBench.EntryAt(i))).ToList();
        Assert.Equal(10, bench.State.Entries.Count);
        var durable = bench.Journal.WhenDurable();
        bench.Store.Release();
        await first;
        await LogBench.SettleAsync();
        Assert.All([.. others, durable], entry => Assert.False(entry.IsCompleted));
        bench.Store.Release();
        Assert.Equal(StoreOutcome.Done, await durable);
        Assert.All(await Task.WhenAll(others), outcome => Assert.Equal(StoreOutcome.Done, outcome));
        Assert.Equal(2, bench.Store.Appends.Count);
        bench.Store.Gated = false;
        await bench.OpenAsync();
        Assert.Equal(["first", .. JournalBench.Entries(9)], bench.State.Entries);
    });

    [Fact]
    public async Task An_entry_too_large_is_refused_by_name_and_changes_nothing()
    {
        var bench = await JournalBench.OpenAsync();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => bench.AppendAsync(new string('x', JournalFormat.PieceBytes + 1)));
        Assert.Equal("entry", error.ParamName);
        Assert.Contains("1048577 bytes; allowed are 1048576", error.Message, StringComparison.Ordinal);
        Assert.Empty(bench.State.Entries);
        Assert.Equal(StoreOutcome.Done, await bench.AppendAsync(new string('x', JournalFormat.PieceBytes)));
        await bench.OpenAsync();
        Assert.Equal(JournalFormat.PieceBytes, Assert.Single(bench.State.Entries).Length);
    }

    [Fact]
    public Task Disposing_waits_for_what_is_being_written() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        bench.Store.Gated = true;
        var append = bench.AppendAsync("entry");
        var disposing = bench.Journal.DisposeAsync().AsTask();
        await LogBench.SettleAsync();
        Assert.False(disposing.IsCompleted);
        bench.Store.Release();
        await disposing;
        Assert.True(append.IsCompletedSuccessfully);
        Assert.Equal(0, bench.Store.OpenHandles);
    });
}
