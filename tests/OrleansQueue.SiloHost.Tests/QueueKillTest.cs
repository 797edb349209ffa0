using OrleansQueue.Processes;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>
/// Members of a queue group, the silo, or both at once are killed again and again while they hold messages, and lines are published. In
/// the end every stored message must have been printed by a member and be completed, and none may be a dead letter. It is short by default;
/// <c>OQ_QUEUE_KILL_ROUNDS</c>, <c>OQ_QUEUE_KILL_LINES</c> and <c>OQ_QUEUE_KILL_SEED</c> make it longer or repeat one.
/// </summary>
public sealed class QueueKillTest(ITestOutputHelper report) : IDisposable
{
    private const string Topic = "jobs";
    private const string Group = "workers";
    private const int Partitions = 4;
    private const int Members = 2;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_message_is_completed_though_members_and_the_silo_are_killed_while_they_hold_some()
    {
        var rounds = RunSetting.Of("OQ_QUEUE_KILL_ROUNDS", 2);
        var lines = RunSetting.Of("OQ_QUEUE_KILL_LINES", 10_000);
        var seed = RunSetting.Of("OQ_QUEUE_KILL_SEED", Random.Shared.Next());
        report.WriteLine($"rounds {rounds}, lines {lines} each, seed {seed}");
        var random = new Random(seed);
        var silo = SiloProgram.In(_folder["data"]);
        var running = await silo.StartReadyAsync();
        try
        {
            await Oq.To(silo).DoneAsync("topic", "create", Topic, "--partitions", $"{Partitions}");
            await Oq.To(silo).DoneAsync("group", "create", Group, "--topic", Topic, "--kind", "queue", "--lease", "3s", "--backoff", "100ms", "--max-deliveries", "1000");
            var history = new KillHistory(rounds * lines);
            await using var members = await GroupWatch.StartAsync(Oq.To(silo), Topic, Group, Partitions, Members);
            for (var round = 0; round < rounds; round++)
            {
                await using var producing = new NumberedLines(Oq.To(silo), Topic, history, round * lines, lines);
                await producing.AnsweredAsync(random.Next(1, lines));

                // A member, the silo, or both; whoever is killed holds what it has in hand.
                if (round % 3 != 0)
                {
                    await running.DisposeAsync();
                    running = await silo.StartReadyAsync();
                }

                if (round % 3 != 1)
                {
                    await members.KillAsync(random.Next(Members));
                }

                await producing.EndAsync();
            }

            var ends = await history.CheckAsync([silo], Topic, Partitions);
            await members.EndAsync(ends);
            await QueueCheck.AllDoneAsync([silo], Group, Topic, ends);
            report.WriteLine($"{rounds} rounds, {history.Receipts} receipts, {ends.Sum()} messages stored, each completed; {members.Repeated} deliveries repeated");
        }
        finally
        {
            await running.DisposeAsync();
        }
    }
}
