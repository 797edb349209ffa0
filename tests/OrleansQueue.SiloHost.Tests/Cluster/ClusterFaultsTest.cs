using System.Globalization;
using OrleansQueue.History;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>
/// Three silos on Azurite and PostgreSQL under load: one after another is killed, stands still until it is declared dead and wakes up again, or is stopped
/// and started; now and then all are killed at once. In the end the history checker goes over all that producers, a reader and a stream group were told, and a queue group must
/// have completed every message. Three rounds by default; <c>OQ_CLUSTER_ROUNDS</c>, <c>OQ_CLUSTER_PAUSE</c> (seconds) and
/// <c>OQ_CLUSTER_SEED</c> make it longer or repeat one.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class ClusterFaultsTest(ClusterServers servers, ITestOutputHelper report)
{
    private const int Silos = 3;
    private const int Partitions = 12;
    private const int Producers = 3;
    private const int Members = 2;

    // What Azurite, one thread that needs a millisecond for an append and a quarter for each that is read back, takes on a machine that all of this shares.
    private const int AtOnce = 3;
    private const string Workers = "workers";

    // One of each kind but the last, in which members that are told nothing for 30 s end, as they should: that is for runs on a machine of their own.
    private const int ShortRounds = 3;

    // So much has to go through between two faults.
    private const int AcknowledgedBetween = 2_000;

    [Fact]
    public async Task Silos_that_are_killed_paused_and_restarted_under_load_leave_a_sound_history_and_no_message_undone()
    {
        var kinds = Enum.GetValues<ClusterFault>();
        var rounds = RunSetting.Of("OQ_CLUSTER_ROUNDS", ShortRounds);
        var pause = TimeSpan.FromSeconds(RunSetting.Of("OQ_CLUSTER_PAUSE", 15));
        var seed = RunSetting.Of("OQ_CLUSTER_SEED", Random.Shared.Next());
        report.WriteLine($"{rounds} rounds, pauses of {pause.TotalSeconds} s, seed {seed}");
        var random = new Random(seed);
        await using var silos = new ClusterSilos(await servers.NewClusterAsync(Silos));
        await silos.StartAsync();
        var run = new FaultRun(silos.Programs, Partitions) { AtOnce = AtOnce };
        var oq = Oq.To(run.Silos);
        await oq.DoneAsync("topic", "create", FaultRun.Topic, "--partitions", $"{Partitions}");
        await oq.DoneAsync("group", "create", Workers, "--topic", FaultRun.Topic, "--kind", "queue", "--lease", "10s", "--backoff", "100ms", "--max-deliveries", "1000");
        await using var workers = await GroupWatch.StartAsync(oq, FaultRun.Topic, Workers, Partitions, Members);
        await using var load = await FaultLoad.StartAsync(run, Producers, Members, random);
        for (var round = 0; round < rounds; round++)
        {
            var (kind, silo) = (kinds[round % kinds.Length], random.Next(Silos));
            await load.PassedAsync(random.Next(1, AcknowledgedBetween));
            run.Outages.Take();
            await SufferAsync(silos, kind, silo, pause, () => load.PassedAsync(AcknowledgedBetween));
            await load.PassedAsync(AcknowledgedBetween);
            report.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: {kind} of silo {silo}, longest time without an acknowledgement in a partition {run.Outages.Take().TotalSeconds:F1} s"));
        }

        var ends = await load.EndAsync();
        var found = HistoryChecker.Check(run.History.Build());
        report.WriteLine(found.ToString());
        Assert.True(found.IsSound, $"seed {seed}\n{found}");
        await workers.EndAsync(ends);
        await QueueCheck.AllDoneAsync(run.Silos, Workers, FaultRun.Topic, ends);
        report.WriteLine($"{ends.Sum()} messages completed by the queue group, {workers.Repeated} deliveries repeated");
    }

    private static Task SufferAsync(ClusterSilos silos, ClusterFault fault, int silo, TimeSpan pause, Func<Task> passed) => fault switch
    {
        ClusterFault.Kill => silos.KillAsync(silo, passed),
        ClusterFault.Pause => silos.PauseAsync(silo, pause),
        ClusterFault.CleanRestart => silos.RestartCleanlyAsync(silo),
        ClusterFault.KillAll => silos.KillAllAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };
}
