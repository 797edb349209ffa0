using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq dead</c>: the messages that a group gave up.</summary>
internal static class DeadCommands
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic that the messages were published to." };

    private static readonly Option<string> Group = new("--group") { Description = "The group that gave them up.", Required = true };

    private static readonly Option<bool> All = new("--all") { Description = "All dead letters of the topic." };

    private static readonly Option<bool> ToTopic = new("--to-topic") { Description = "Publish them to the topic again, where all its groups see them; the only way for stream groups." };

    private static readonly Option<bool> Yes = new("--yes") { Description = "Really give the dead letters up." };

    private static readonly Option<string> OneId = NewId(isRequired: true);

    private static readonly Option<string> AnyId = NewId(isRequired: false);

    public static Command Build() => new("dead", "List, show, redrive and purge the messages that a group gave up.")
    {
        BuildOne("list", "List the dead letters of a group, a line each.", [], static _ => null, ListAsync),
        BuildOne("show", "Show a dead letter with its value and all its headers.", [OneId], static _ => null, ShowAsync),
        BuildOne(
            "redrive", "Put dead letters back, ahead of what the group has not read yet, with their attempts reset.", [AnyId, All, ToTopic],
            static options => options.GetValue(AnyId) is null == options.GetValue(All) ? null : "Say which dead letters: either --id or --all.", RedriveAsync),
        BuildOne(
            "purge", "Give the dead letters of a group up: they are not listed and cannot be redriven any more.", [Yes],
            static options => options.GetValue(Yes) ? null : "Nothing is purged without --yes.", PurgeAsync),
    };

    private static Command BuildOne(
        string verb, string description, Option[] more, Func<ParseResult, string?> findWrong, Func<DeadLetterAdmin, ParseResult, CancellationToken, Task<int>> work)
    {
        var command = new Command(verb, description) { Topic, Group };
        foreach (var option in more)
        {
            command.Options.Add(option);
        }

        command.SetAction((options, cancellationToken) => Session.RunAsync(
            options, findWrong(options), connection => work(connection.Client.DeadLetters, options, cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(DeadLetterAdmin letters, ParseResult options, CancellationToken cancellationToken)
    {
        using var output = DeadLetterOutput.For(options);
        await foreach (var letter in letters.ListAsync(options.GetRequiredValue(Group), options.GetRequiredValue(Topic), cancellationToken))
        {
            output.Write(letter);
        }

        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(DeadLetterAdmin letters, ParseResult options, CancellationToken cancellationToken)
    {
        var id = options.GetRequiredValue(OneId);
        using var output = DeadLetterOutput.For(options);
        output.WriteWhole(await letters.FindAsync(options.GetRequiredValue(Group), options.GetRequiredValue(Topic), id, cancellationToken) ?? throw Unknown(options, id));
        return ExitCode.Done;
    }

    private static async Task<int> RedriveAsync(DeadLetterAdmin letters, ParseResult options, CancellationToken cancellationToken)
    {
        var (group, topic, id) = (options.GetRequiredValue(Group), options.GetRequiredValue(Topic), options.GetValue(AnyId));
        var count = options.GetValue(ToTopic)
            ? await letters.RedriveToTopicAsync(group, topic, id, cancellationToken)
            : await letters.RedriveAsync(group, topic, id, cancellationToken);
        using var output = DeadLetterOutput.For(options);
        output.WriteCount("redriven", id is null || count != 0 ? count : throw Unknown(options, id));
        return ExitCode.Done;
    }

    private static async Task<int> PurgeAsync(DeadLetterAdmin letters, ParseResult options, CancellationToken cancellationToken)
    {
        using var output = DeadLetterOutput.For(options);
        output.WriteCount("purged", await letters.PurgeAsync(options.GetRequiredValue(Group), options.GetRequiredValue(Topic), null, cancellationToken));
        return ExitCode.Done;
    }

    private static CommandFailedException Unknown(ParseResult options, string id) =>
        new($"Group {options.GetRequiredValue(Group)} has no dead letter {id} of topic {options.GetRequiredValue(Topic)}.");

    private static Option<string> NewId(bool isRequired) => new("--id")
    {
        Description = "One dead letter, by the id that list shows.",
        Required = isRequired,
        Validators = { RefuseWrongId },
    };

    private static void RefuseWrongId(OptionResult given)
    {
        foreach (var text in given.Tokens.Select(static token => token.Value).Where(static text => !IsId(text)))
        {
            given.AddError(Refusal.OfText("--id", text, "partition-offset, as `oq dead list` shows it").ToString());
        }
    }

    private static bool IsId(string text) =>
        text.Split('-') is [var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number < long.MaxValue;
}
