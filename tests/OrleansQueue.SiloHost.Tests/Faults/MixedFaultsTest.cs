using OrleansQueue.History;
using OrleansQueue.Processes;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>
/// The silo is killed, stopped, bounced and paused under load, each round in another way, while members of a group come and go; in
/// the end the history checker goes over all that producers, readers and the group were told. One round of each kind by default;
/// <c>OQ_FAULT_ROUNDS</c>, <c>OQ_FAULT_PAUSE</c> (seconds of a long pause) and <c>OQ_FAULT_SEED</c> make it longer or repeat one, see
/// docs/operating/oq.md.
/// </summary>
public sealed class MixedFaultsTest(ITestOutputHelper report) : IDisposable
{
    private const int Partitions = 4;
    private const int Producers = 3;
    private const int Members = 2;

    // So much has to go through between two faults.
    private const int AcknowledgedBetween = 3_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_silo_that_is_killed_stopped_bounced_and_paused_under_load_leaves_a_sound_history()
    {
        var kinds = Enum.GetValues<FaultKind>();
        var rounds = RunSetting.Of("OQ_FAULT_ROUNDS", kinds.Length);
        var pause = TimeSpan.FromSeconds(RunSetting.Of("OQ_FAULT_PAUSE", 15));
        var seed = RunSetting.Of("OQ_FAULT_SEED", Random.Shared.Next());
        report.WriteLine($"{rounds} rounds, long pauses of {pause.TotalSeconds} s, seed {seed}");
        var random = new Random(seed);
        var program = SiloProgram.In(_folder["data"]);
        var run = new FaultRun([program], Partitions);
        await using var silo = new FaultySilo(program, pause);
        await silo.StartAsync();
        await Oq.To(run.Silos).DoneAsync("topic", "create", FaultRun.Topic, "--partitions", $"{Partitions}");
        await using var load = await FaultLoad.StartAsync(run, Producers, Members, random);
        var happened = new int[kinds.Length];
        foreach (var kind in Rounds(kinds, rounds, random))
        {
            await load.PassedAsync(random.Next(1, AcknowledgedBetween));
            await silo.SufferAsync(kind);
            happened[(int)kind]++;
            await load.PassedAsync(AcknowledgedBetween);
            await load.Group.ReplaceAsync();
        }

        await load.EndAsync();
        var found = HistoryChecker.Check(run.History.Build());
        report.WriteLine(string.Join(", ", kinds.Select(kind => $"{happened[(int)kind]} {kind}")));
        report.WriteLine(found.ToString());
        Assert.True(found.IsSound, $"seed {seed}\n{found}");
    }

    /// <summary>All kinds, in an order of the seed's, and again until there are enough.</summary>
    private static IEnumerable<FaultKind> Rounds(FaultKind[] kinds, int rounds, Random random)
    {
        for (var left = rounds; left > 0; left -= kinds.Length)
        {
            var order = kinds.ToArray();
            random.Shuffle(order);
            foreach (var kind in order.Take(left))
            {
                yield return kind;
            }
        }
    }
}
