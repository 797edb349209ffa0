using System.CommandLine;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq group reset</c>: moves a group, or shows how it would be moved.</summary>
internal static class GroupResetCommand
{
    private static readonly Argument<string> Name = GroupCommands.NewName();

    private static readonly Option<string> Topic = new("--topic") { Description = "The topic whose partitions are moved.", Required = true };

    private static readonly Option<StartAt?> To = new("--to")
    {
        Description = "Where to: earliest, latest, offset:N or time:ISO8601.",
        Required = true,
        CustomParser = Places.ReadTarget,
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be moved, and move nothing." };

    public static Command Build()
    {
        var command = new Command("reset", "Move a group to another place. Its members go on there.") { Name, Topic, To, DryRun };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, connection => RunAsync(connection, options, cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Connection connection, ParseResult options, CancellationToken cancellationToken)
    {
        var group = options.GetRequiredValue(Name);
        var plan = await connection.Client.Groups.PlanResetAsync(group, options.GetRequiredValue(Topic), options.GetValue(To)!, cancellationToken)
            ?? throw GroupCommands.Unknown(group);
        if (!options.GetValue(DryRun))
        {
            await connection.Client.Groups.ResetAsync(plan, cancellationToken);
        }

        var output = GroupOutput.For(options);
        foreach (var move in plan.Moves)
        {
            output.Write(plan, move);
        }

        return ExitCode.Done;
    }
}
