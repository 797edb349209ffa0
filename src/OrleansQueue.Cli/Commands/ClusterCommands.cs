using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq cluster</c>.</summary>
internal static class ClusterCommands
{
    public static Command Build() => new("cluster", "Describe the cluster, and have it write newer formats.")
    {
        BuildDescribe(),
        BuildRaise(),
    };

    private static Command BuildDescribe()
    {
        var command = new Command("describe", "Show the store, the level of the formats that is written, and what each silo knows.");
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            ClusterOutput.For(options).Write(await connection.Client.Cluster.DescribeAsync(cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildRaise()
    {
        var command = new Command("raise-format", "Have the cluster write the newest formats that all its silos know. Earlier versions cannot join from then on.");
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var result = await connection.Client.Cluster.RaiseFormatAsync(cancellationToken);
            if (result is RaiseFormatResult.HeldBack held)
            {
                throw new CommandFailedException($"The cluster goes on writing format level {held.Level}: {string.Join("; ", held.By.Select(Reason))}.");
            }

            ClusterOutput.For(options).Write(result);
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static string Reason(SiloDescription silo) => silo.Newest is { } newest
        ? $"silo {silo.Name} ({silo.Address}) runs version {silo.Version}, which knows no level above {newest}"
        : $"silo {silo.Name} ({silo.Address}) has not told yet what it knows";
}
