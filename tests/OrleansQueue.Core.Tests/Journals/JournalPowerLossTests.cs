using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Journals;

/// <summary>The power goes at every change of the disk that a run makes; what comes back is judged.</summary>
public sealed class JournalPowerLossTests
{
    private const int Entries = 24;
    private const int Seeds = 4;

    [Fact]
    public async Task The_state_after_loss_of_power_is_that_of_some_prefix_with_everything_acknowledged()
    {
        var whole = new ForgetfulDisk();
        Assert.Equal(Entries, await RunAsync(whole, from: 0));
        for (var cut = 0; cut < whole.Changes; cut++)
        {
            var disk = new ForgetfulDisk();
            disk.CutPowerAfter(cut);
            var acknowledged = await RunAsync(disk, from: 0);
            for (var seed = 0; seed < Seeds; seed++)
            {
                await AssertRecoversAsync(disk.Restart(seed), acknowledged, $"cut after {cut}, seed {seed}");
            }
        }
    }

    [Fact]
    public async Task A_second_loss_of_power_during_recovery_takes_nothing_more()
    {
        for (var cut = 20; cut < 200; cut += 13)
        {
            var disk = new ForgetfulDisk();
            disk.CutPowerAfter(cut);
            var acknowledged = await RunAsync(disk, from: 0);
            for (var again = 0; again < 25; again += 2)
            {
                var second = disk.Restart(cut + again);
                second.CutPowerAfter(again);
                var (next, kept) = await ContinueAsync(second);
                await AssertRecoversAsync(second.Restart(again), Math.Max(acknowledged, next), $"cut after {cut} and after {again} with {kept} kept");
            }
        }
    }

    private static async Task AssertRecoversAsync(ForgetfulDisk disk, int acknowledged, string when)
    {
        var bench = await OpenAsync(disk);
        var found = bench.State.Entries.Count;
        Assert.True(found >= acknowledged, $"{when}: {acknowledged} entries were acknowledged, {found} are there.");
        Assert.Equal(JournalBench.Entries(found), bench.State.Entries);

        // The journal that came back takes entries and keeps them.
        await bench.AppendSomeAsync(found, found + 5);
        await bench.Journal.DisposeAsync();
        bench = await OpenAsync(disk);
        Assert.Equal(JournalBench.Entries(found + 5), bench.State.Entries);
    }

    /// <summary>Appends entries until the power goes; returns how many were acknowledged.</summary>
    private static async Task<int> RunAsync(ForgetfulDisk disk, int from)
    {
        var acknowledged = 0;
        try
        {
            var bench = await OpenAsync(disk);
            acknowledged = await AppendAsync(bench, from);
            await bench.Journal.DisposeAsync();
        }
        catch (IOException)
        {
        }

        return acknowledged;
    }

    private static async Task<(int Acknowledged, int Kept)> ContinueAsync(ForgetfulDisk disk)
    {
        try
        {
            var bench = await OpenAsync(disk);
            var kept = bench.State.Entries.Count;
            return (await AppendAsync(bench, kept), kept);
        }
        catch (IOException)
        {
            return (0, 0);
        }
    }

    /// <summary>How many entries are acknowledged in all, counted from the first one ever.</summary>
    private static async Task<int> AppendAsync(JournalBench bench, int from)
    {
        var acknowledged = from;
        try
        {
            for (; acknowledged < Entries; acknowledged++)
            {
                Assert.Equal(StoreOutcome.Done, await bench.AppendAsync(JournalBench.EntryAt(acknowledged)));
            }
        }
        catch (IOException)
        {
        }

        return acknowledged;
    }

    private static async Task<JournalBench> OpenAsync(ForgetfulDisk disk)
    {
        var options = FileStores.Options(writeAheadFileBytes: 8 << 10);
        return await JournalBench.OpenAsync(snapshotAfterBytes: 500, await FileStores.OpenAsync(disk, options));
    }
}
