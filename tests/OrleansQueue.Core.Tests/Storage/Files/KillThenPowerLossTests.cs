using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>
/// A process that is killed leaves everything it wrote, synced or not; the next one takes it over and acknowledges more. What
/// loss of power finds after that must be whole too, names of files included.
/// </summary>
public sealed class KillThenPowerLossTests
{
    [Fact]
    public async Task Killed_at_any_change_and_taken_over_then_power_lost_keeps_every_acknowledgement()
    {
        var whole = new PowerLossRun(new ForgetfulDisk());
        await whole.RunAsync();
        for (var cut = 0; cut < whole.Disk.Changes; cut++)
        {
            var run = new PowerLossRun(new ForgetfulDisk());
            run.Disk.CutPowerAfter(cut);
            await Assert.ThrowsAnyAsync<IOException>(run.RunAsync);
            run.Disk.KeepEverything();
            var holds = await run.CheckAsync(run.Disk, $"killed at change {cut}");
            for (var seed = 0; seed < 2; seed++)
            {
                await AssertHoldsAsync(run.Disk.Restart(seed), holds, $"killed at change {cut}, power lost with seed {seed}");
            }
        }
    }

    private static async Task AssertHoldsAsync(ForgetfulDisk disk, Dictionary<LogId, List<string>> holds, string when)
    {
        var store = await FileStores.OpenAsync(disk, PowerLossRun.Options());
        foreach (var (id, values) in holds)
        {
            var log = await TestLog.RecoverAsync(store, id);
            Assert.True(log.Log.Tail.Damage is null, $"{when}, log {id}: {log.Log.Tail.Damage?.Message}");
            var found = await log.ReadValuesAsync();

            // Segments whose deletion was cut off before it was synced may come back in front.
            Assert.True(values.SequenceEqual(found.TakeLast(values.Count)), $"{when}, log {id} holds {found.Count} of {values.Count} values.");
        }
    }
}
