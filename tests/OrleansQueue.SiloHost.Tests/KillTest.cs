using OrleansQueue.Processes;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>
/// The silo is killed again and again while <c>oq produce</c> publishes numbered lines. Afterwards every line with a receipt must
/// be where its receipt says, no line twice, and the numbers of a partition must rise; and a group that reads meanwhile, one member of
/// which is killed in each round too, must have got every message. It is short by default;
/// <c>OQ_KILL_ROUNDS</c>, <c>OQ_KILL_LINES</c> and <c>OQ_KILL_SEED</c> make it longer or repeat one, see docs/operating/oq.md.
/// </summary>
public sealed class KillTest(ITestOutputHelper report) : IDisposable
{
    private const string Topic = "numbers";
    private const int Partitions = 4;
    private const int KillsPerRound = 2;
    private const int Members = 2;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_that_has_a_receipt_is_lost_moved_or_doubled_when_the_silo_is_killed_at_random_moments()
    {
        var rounds = RunSetting.Of("OQ_KILL_ROUNDS", 3);
        var lines = RunSetting.Of("OQ_KILL_LINES", 30_000);
        var seed = RunSetting.Of("OQ_KILL_SEED", Random.Shared.Next());
        report.WriteLine($"rounds {rounds}, lines {lines} each, seed {seed}");
        var random = new Random(seed);
        var silo = SiloProgram.In(_folder["data"]);
        var running = await silo.StartReadyAsync();
        try
        {
            await Oq.To(silo).DoneAsync("topic", "create", Topic, "--partitions", $"{Partitions}");
            var history = new KillHistory(rounds * lines);
            await using var group = await GroupWatch.StartAsync(Oq.To(silo), Topic, "watchers", Partitions, Members);
            for (var round = 0; round < rounds; round++)
            {
                await using var producing = new NumberedLines(Oq.To(silo), Topic, history, round * lines, lines);
                for (var kill = 0; kill < KillsPerRound; kill++)
                {
                    // Not before the first answer: an oq that never reached a silo gives up, and rightly.
                    await producing.AnsweredAsync(random.Next(Math.Max(1, lines / KillsPerRound * kill), lines / KillsPerRound * (kill + 1)));
                    await running.DisposeAsync();
                    running = await silo.StartReadyAsync();
                }

                await group.KillAsync(random.Next(Members));
                await producing.EndAsync();
            }

            var ends = await history.CheckAsync([silo], Topic, Partitions);
            await group.EndAsync(ends);
            report.WriteLine($"{rounds * KillsPerRound} kills, {rounds * lines} lines, {history.Receipts} receipts ({history.Duplicates} found stored by an earlier attempt), "
                + $"{history.Errors} error lines, {ends.Sum()} messages stored, all delivered to a group of {Members} members "
                + $"({rounds} of them killed, {group.Repeated} deliveries repeated)");
        }
        finally
        {
            await running.DisposeAsync();
        }
    }
}
