using System.CommandLine;
using OrleansQueue.Cli.Connecting;

namespace OrleansQueue.Cli.Bench;

/// <summary><c>oq bench</c>.</summary>
internal static class BenchCommands
{
    public static Command Build() => new("bench", "Measure a cluster; each prints one JSON object.")
    {
        BuildOne("publish", "Publish messages and count those acknowledged.", PublishBench.RunAsync),
        BuildOne("consume", "Read messages back and verify each; they are published first where the topic lacks them.", ConsumeBench.RunAsync),
        BuildQueue(),
        BuildOne("latency", "Publish at a steady rate and measure how long each message takes to its delivery.", LatencyBench.RunAsync, hasRate: true),
    };

    private static Command BuildQueue()
    {
        var command = BuildOne("queue", "Lease messages in a queue group, verify and settle each; they are published first where the topic lacks them.", QueueBench.RunAsync);
        foreach (var option in QueueBenchOptions.All)
        {
            command.Options.Add(option);
        }

        return command;
    }

    private static Command BuildOne(string name, string description, Func<Connection, BenchOptions, CancellationToken, Task<BenchReport>> bench, bool hasRate = false)
    {
        var command = new Command(name, description);
        BenchOptions.AddTo(command);
        if (hasRate)
        {
            command.Options.Add(BenchOptions.RateOption);
        }

        command.SetAction((options, cancellationToken) => Session.RunAsync(
            options,
            BenchOptions.FindWrong(options, hasRate),
            async connection => (await bench(connection, BenchOptions.Read(options, hasRate), cancellationToken)).Print(),
            cancellationToken));
        return command;
    }
}
