using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq group create</c>.</summary>
internal static class GroupCreateCommand
{
    private static readonly Argument<string> Name = GroupCommands.NewName();

    private static readonly Option<string[]> Topics = new("--topic")
    {
        Description = "A topic that the group reads; it may be given several times.",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<GroupKind?> Kind = new("--kind")
    {
        Description = "What the group is: stream, a cursor per partition, or queue, each message leased to one member until it is settled.",
        Required = true,
        CustomParser = Words.Read<GroupKind>,
    };

    private static readonly Option<OffsetQuery?> From = new("--from")
    {
        Description = "Where the group begins: earliest (the default), latest, or a time in ISO 8601.",
        CustomParser = Places.ReadStart,
    };

    private static readonly QueueGroupOptions Queue = new();

    public static Command Build()
    {
        var command = new Command("create", "Create a group, and fix where it begins.") { Name, Topics, Kind, From };
        Queue.AddTo(command);
        command.SetAction((options, cancellationToken) => Session.RunAsync(
            options, Queue.FindWrong(options, KindOf(options)), connection => RunAsync(connection, options, cancellationToken), cancellationToken));
        return command;
    }

    private static GroupKind KindOf(ParseResult options) => options.GetValue(Kind) ?? GroupKind.Stream;

    private static async Task<int> RunAsync(Connection connection, ParseResult options, CancellationToken cancellationToken)
    {
        var settings = new GroupSettings { Kind = KindOf(options), Start = options.GetValue(From) ?? new OffsetQuery.Earliest(), Queue = Queue.Read(options) };
        var group = await connection.Client.Groups.CreateAsync(options.GetRequiredValue(Name), options.GetRequiredValue(Topics), settings, cancellationToken);
        return group.IsNew
            ? GroupOutput.For(options).Write(new GroupSummary(group.Group.Name, group.Group.Settings.Kind))
            : throw new CommandFailedException($"Group {group.Group.Name} is there already, and was not changed.");
    }
}
