using System.CommandLine;
using OrleansQueue.Cli.Bench;
using OrleansQueue.Cli.Commands;

namespace OrleansQueue.Cli;

/// <summary>The whole command line, and how it ends.</summary>
internal static class CommandLine
{
    public static RootCommand Build() => new("oq speaks to an OrleansQueue cluster.")
    {
        GlobalOptions.Cluster,
        GlobalOptions.ClusterId,
        GlobalOptions.Embedded,
        GlobalOptions.Json,
        GlobalOptions.Details,
        TopicCommands.Build(),
        ProduceCommand.Build(),
        ConsumeCommand.Build(),
        GroupCommands.Build(),
        DeadCommands.Build(),
        ClusterCommands.Build(),
        BenchCommands.Build(),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Build().Parse(args);
        if (parsed.Errors.Count != 0)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
            return ExitCode.WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
