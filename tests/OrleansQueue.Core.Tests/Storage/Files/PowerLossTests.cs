using OrleansQueue.Core.Tests.Support;
using Xunit.Abstractions;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>
/// One run of a store, cut off before each of its changes to the disk. Whatever a seed lets survive of what was not synced,
/// all that was acknowledged is there, nothing torn is served, and the store goes on.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output)
{
    private const int Seeds = 4;

    [Fact]
    public async Task No_cut_of_the_power_loses_what_was_acknowledged()
    {
        var changes = await ChangesOfTheWholeRunAsync();
        output.WriteLine($"{changes} changes, {Seeds} seeds each");
        for (var cut = 0; cut < changes; cut++)
        {
            var run = await CutOffAsync(cut);
            for (var seed = 0; seed < Seeds; seed++)
            {
                await run.CheckAsync(run.Disk.Restart(seed), $"cut before change {cut}, seed {seed}");
            }
        }
    }

    [Fact]
    public async Task Nor_does_a_second_cut_during_the_recovery()
    {
        var changes = await ChangesOfTheWholeRunAsync();
        for (var cut = 3; cut < changes; cut += 17)
        {
            var run = await CutOffAsync(cut);
            var recovery = await RecoverAsync(run.Disk.Restart(cut), int.MaxValue);
            for (var second = 0; second < recovery.Changes; second++)
            {
                var twice = await RecoverAsync(run.Disk.Restart(cut), second);
                await run.CheckAsync(twice.Restart(second), $"cut before change {cut}, and before change {second} of the recovery");
            }
        }
    }

    private static async Task<int> ChangesOfTheWholeRunAsync()
    {
        var disk = new ForgetfulDisk();
        await new PowerLossRun(disk).RunAsync();
        return disk.Changes;
    }

    private static async Task<PowerLossRun> CutOffAsync(int cut)
    {
        var disk = new ForgetfulDisk();
        disk.CutPowerAfter(cut);
        var run = new PowerLossRun(disk);
        var lost = await Record.ExceptionAsync(run.RunAsync);
        Assert.True(lost is PowerLostException or IOException { InnerException: PowerLostException }, $"Cut before change {cut}: {lost}");
        return run;
    }

    private static async Task<ForgetfulDisk> RecoverAsync(ForgetfulDisk disk, int cut)
    {
        disk.CutPowerAfter(cut);
        await Record.ExceptionAsync(async () =>
        {
            var store = await FileStores.OpenAsync(disk, PowerLossRun.Options());
            foreach (var log in PowerLossRun.Logs)
            {
                await TestLog.RecoverAsync(store, log);
            }
        });
        return disk;
    }
}
