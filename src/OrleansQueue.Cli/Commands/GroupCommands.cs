using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq group</c>.</summary>
internal static class GroupCommands
{
    public static Command Build() => new("group", "Create, list, describe, pause, resume, reset and delete consumer groups.")
    {
        BuildCreate(),
        BuildList(),
        BuildDescribe(),
        BuildSwitch("pause", "Let the members of a group finish what they have in hand and get nothing more.", (connection, group, token) => connection.Client.Groups.PauseAsync(group, token)),
        BuildSwitch("resume", "Let a group go on, and its partitions that stopped at a message that failed.", (connection, group, token) => connection.Client.Groups.ResumeAsync(group, token)),
        GroupResetCommand.Build(),
        BuildDelete(),
    };

    public static Argument<string> NewName() => new("group") { Description = "The group's name." };

    public static CommandFailedException Unknown(string group) => new($"There is no group {Refusal.OfText("group", group, "").Value}.");

    private static Command BuildCreate()
    {
        var name = NewName();
        var topics = new Option<string[]>("--topic") { Description = "A topic that the group reads; it may be given several times.", Required = true, Arity = ArgumentArity.OneOrMore };
        var kind = new Option<GroupKind?>("--kind")
        {
            Description = "What the group is: stream, a cursor per partition.",
            Required = true,
            CustomParser = Words.Read<GroupKind>,
        };
        var from = new Option<OffsetQuery?>("--from")
        {
            Description = "Where the group begins: earliest (the default), latest, or a time in ISO 8601.",
            CustomParser = Places.ReadStart,
        };
        var command = new Command("create", "Create a group, and fix where it begins.") { name, topics, kind, from };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var settings = new GroupSettings { Kind = options.GetValue(kind) ?? GroupKind.Stream, Start = options.GetValue(from) ?? new OffsetQuery.Earliest() };
            var group = await connection.Client.Groups.CreateAsync(options.GetRequiredValue(name), options.GetRequiredValue(topics), settings, cancellationToken);
            return group.IsNew
                ? GroupOutput.For(options).Write(new GroupSummary(group.Group.Name, group.Group.Settings.Kind))
                : throw new CommandFailedException($"Group {group.Group.Name} is there already, and was not changed.");
        }, cancellationToken));
        return command;
    }

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
                output.Write(partition);
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
