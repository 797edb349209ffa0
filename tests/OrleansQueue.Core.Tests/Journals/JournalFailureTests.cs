using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Journals;

public sealed class JournalFailureTests
{
    [Theory]
    [InlineData(StoreOutcome.NoSpace)]
    [InlineData(StoreOutcome.Fenced)]
    public Task After_a_refused_write_everything_gets_the_same_answer_and_nothing_more_is_written(object outcome) => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        bench.Store.Gated = true;
        var append = bench.AppendAsync("lost");
        var behind = bench.AppendAsync("lost as well");
        var durable = bench.Journal.WhenDurable();
        await LogBench.SettleAsync();
        bench.Store.Answer((StoreOutcome)outcome);
        Assert.All(await Task.WhenAll(append, behind, durable), answer => Assert.Equal((StoreOutcome)outcome, answer));
        Assert.Equal((StoreOutcome)outcome, await bench.AppendAsync("later"));
        Assert.Equal((StoreOutcome)outcome, await bench.Journal.WhenDurable());
        Assert.Equal((StoreOutcome)outcome, await bench.Journal.ConfirmAsync());

        Assert.Equal(["lost", "lost as well"], bench.State.Entries);
        Assert.Single(bench.Store.Appends);
        await bench.Journal.DisposeAsync();
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task After_a_failed_write_everything_fails_alike_until_it_is_opened_again(bool stored) => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        await bench.AppendAsync("kept");
        bench.Store.Gated = true;
        var append = bench.AppendAsync("unknown");
        var behind = bench.AppendAsync("behind");
        await LogBench.SettleAsync();
        await bench.Store.FailAsync(new IOException("broken"), stored);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => append)).Message);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => behind)).Message);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => bench.AppendAsync("later"))).Message);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(bench.Journal.WhenDurable)).Message);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(bench.Journal.ConfirmAsync)).Message);
        Assert.Equal(["kept", "unknown", "behind"], bench.State.Entries);
        bench.Store.Gated = false;
        await bench.OpenAsync();
        Assert.Equal(stored ? ["kept", "unknown"] : ["kept"], bench.State.Entries);
        await bench.AppendAsync("on it goes");
        await bench.OpenAsync();
        Assert.Equal("on it goes", bench.State.Entries[^1]);
    });

    [Fact]
    public async Task An_owner_that_another_one_followed_is_fenced()
    {
        var bench = await JournalBench.OpenAsync();
        await bench.AppendAsync("first");
        var old = bench.Journal;
        await bench.OpenAsync();
        Assert.Equal(StoreOutcome.Fenced, await old.ConfirmAsync());
        Assert.Equal(StoreOutcome.Fenced, await old.AppendAsync("stale"u8));
        Assert.Equal(StoreOutcome.Fenced, await old.WhenDurable());
        await bench.AppendAsync("second");
        await bench.OpenAsync();
        Assert.Equal(["first", "second"], bench.State.Entries);
    }

    [Fact]
    public Task A_segment_that_cannot_be_begun_fails_the_entries_that_wait_for_it() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        bench.Store.OnRoll = () => StoreOutcome.NoSpace;
        Assert.Equal(StoreOutcome.NoSpace, await bench.AppendAsync("no room"));
        bench.Store.OnRoll = null;
        await bench.OpenAsync();
        Assert.Empty(bench.State.Entries);
    });

    [Fact]
    public async Task Damage_anywhere_in_what_is_replayed_keeps_the_journal_from_opening()
    {
        var bench = await JournalBench.OpenAsync();
        await bench.AppendSomeAsync(0, 3);
        var length = (await bench.SegmentsAsync())[0].Length;
        var batch = (int)length / 3;
        for (var at = 0; at < length; at++)
        {
            // No CRC covers the epoch of a batch, and no state depends on it.
            if (at % batch is >= BatchLayout.Epoch and < BatchLayout.Magic)
            {
                continue;
            }

            bench.Store.Spoil = (_, position, bytes) => Flip(at - position, bytes);
            Assert.IsType<LogDamagedException>(await Record.ExceptionAsync(bench.OpenAsync));
        }

        bench.Store.Spoil = null;
        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(3), bench.State.Entries);
    }

    [Fact]
    public Task A_sealed_segment_that_lost_its_end_keeps_the_journal_from_opening() => OneScheduler.RunAsync(async () =>
    {
        var bench = await JournalBench.OpenAsync();
        await bench.AppendSomeAsync(0, 3);
        var length = (await bench.SegmentsAsync())[0].Length;

        // The segment of a snapshot was begun, and the snapshot not written; so the first segment still counts.
        await using (var log = await bench.Store.OpenAsync(JournalBench.Id, new LogOptions(), new TailIndexer(100, new(0)), CancellationToken.None))
        {
            await log.RollAsync(new(3));
        }

        await bench.OpenAsync();
        Assert.Equal(JournalBench.Entries(3), bench.State.Entries);
        bench.Store.Shorten = segment => segment with { Length = segment.FirstOffset == Offset.Zero ? length / 3 * 2 : segment.Length };
        var error = await Assert.ThrowsAsync<LogDamagedException>(bench.OpenAsync);
        Assert.Equal(new Offset(2), error.Offset);
    });

    private static void Flip(long at, Memory<byte> bytes)
    {
        if (at >= 0 && at < bytes.Length)
        {
            bytes.Span[(int)at] ^= 1;
        }
    }
}
