using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

public sealed class DivergenceTests
{
    [Fact]
    public async Task A_reader_of_a_tail_that_loss_of_power_took_is_told_though_its_offsets_were_written_again()
    {
        var disk = new ForgetfulDisk();
        var store = await FileStores.OpenAsync(disk);
        var options = new LogBench().Options with { Durability = Durability.Os };
        var bench = await LogBench.OpenAsync(_ => options, store);
        await bench.AppendSomeAsync(5);
        await bench.Log.DisposeAsync();
        SyncAll(disk);
        await bench.OpenAsync();
        var lost = bench.Log.Epoch;
        await bench.AppendSomeAsync(5);
        Assert.Null(bench.FindDivergence(lost, new(10)));

        // Of the second five records nothing was synced; a seed that draws none of them is found first.
        LogBench after;
        var seed = 0;
        do
        {
            after = await OpenAsync(disk.Restart(seed++), options);
        }
        while (after.Log.Offsets.LogEnd != new Offset(5));

        Assert.True(after.Log.Epoch > lost);
        Assert.Equal(new Offset(5), after.FindDivergence(lost, new(10)));
        await after.AppendSomeAsync(20);
        Assert.Equal(new Offset(5), after.FindDivergence(lost, new(10)));
        Assert.Null(after.FindDivergence(after.Log.Epoch, new(25)));
    }

    [Fact]
    public async Task A_reader_at_the_start_of_an_emptied_log_is_told_when_the_log_began_anew()
    {
        // As with a topic in memory, whose positions outlive it: only the epochs go on.
        var epochs = 0;
        var before = await LogBench.OpenAsync(store: new MemoryLogStore(FileStores.Id, NextAsync));
        await before.AppendSomeAsync(30);
        await before.OpenAsync();
        await before.AppendSomeAsync(10);
        before.Clock.Advance(TimeSpan.FromHours(2));
        await before.Log.ApplyRetentionAsync(new Retention(TimeSpan.FromHours(1)), null, CancellationToken.None);
        var start = before.Log.Offsets.LogStart;
        Assert.Equal(new Offset(40), start);
        var read = before.Log.EpochBefore(start);
        Assert.Equal(before.Log.Epoch, read);
        await before.OpenAsync();
        await before.AppendSomeAsync();
        Assert.Equal(read, before.Log.EpochBefore(start));
        Assert.Null(before.FindDivergence(read, start));

        var after = await LogBench.OpenAsync(store: new MemoryLogStore(FileStores.Id, NextAsync));
        Assert.Equal(Offset.Zero, after.FindDivergence(read, start));
        await after.AppendSomeAsync(100);
        Assert.Equal(Offset.Zero, after.FindDivergence(read, start));

        ValueTask<Epoch> NextAsync() => new(new Epoch(epochs++));
    }

    // What the system does by itself some seconds later.
    private static void SyncAll(ForgetfulDisk disk)
    {
        foreach (var path in disk.Files())
        {
            using var file = disk.Open(path, create: false);
            file.Sync();
        }
    }

    private static async Task<LogBench> OpenAsync(ForgetfulDisk disk, PartitionLogOptions options) =>
        await LogBench.OpenAsync(_ => options, await FileStores.OpenAsync(disk));
}
