using System.CommandLine;
using OrleansQueue.Cli.Connecting;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq group</c>.</summary>
internal static class GroupCommands
{
    public static Command Build() => new("group", "Create, list, describe, pause, resume, reset and delete consumer groups.")
    {
        GroupCreateCommand.Build(),
        BuildList(),
        BuildDescribe(),
        BuildSwitch("pause", "Let the members of a group finish what they have in hand and get nothing more.", (connection, group, token) => connection.Client.Groups.PauseAsync(group, token)),
        BuildSwitch("resume", "Let a group go on, and its partitions that stopped at a message that failed.", (connection, group, token) => connection.Client.Groups.ResumeAsync(group, token)),
        GroupResetCommand.Build(),
        BuildDelete(),
    };

    public static Argument<string> NewName() => new("group") { Description = "The group's name." };

    public static CommandFailedException Unknown(string group) => new($"There is no group {Refusal.OfText("group", group, "").Value}.");

    private static Command BuildList()
    {
        var command = new Command("list", "List all groups.");
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var output = GroupOutput.For(options);
            await foreach (var group in connection.Client.Groups.ListAsync(cancellationToken))
            {
                output.Write(group);
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildDescribe()
    {
        var name = NewName();
        var command = new Command("describe", "Show how far a group is in each partition, and who reads it.") { name };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var group = options.GetRequiredValue(name);
            var status = await connection.Client.Groups.DescribeAsync(group, cancellationToken) ?? throw Unknown(group);
            var output = GroupOutput.For(options);
            output.Write(status.Group);
            foreach (var partition in status.Partitions)
            {
                output.Write(status.Group.Settings.Kind, partition);
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildSwitch(string verb, string description, Func<Connection, string, CancellationToken, Task<bool>> turn)
    {
        var name = NewName();
        var command = new Command(verb, description) { name };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var group = options.GetRequiredValue(name);
            return await turn(connection, group, cancellationToken) ? ExitCode.Done : throw Unknown(group);
        }, cancellationToken));
        return command;
    }

    private static Command BuildDelete()
    {
        var name = NewName();
        var yes = new Option<bool>("--yes") { Description = "Really delete the group with its positions." };
        var command = new Command("delete", "Delete a group with its positions.") { name, yes };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, options.GetValue(yes) ? null : "Nothing is deleted without --yes.", async connection =>
        {
            var group = options.GetRequiredValue(name);
            return await connection.Client.Groups.DeleteAsync(group, cancellationToken) ? ExitCode.Done : throw Unknown(group);
        }, cancellationToken));
        return command;
    }
}
