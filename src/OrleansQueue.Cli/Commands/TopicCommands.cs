using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq topic</c>.</summary>
internal static class TopicCommands
{
    private const int PageSize = 1_000;

    public static Command Build() => new("topic", "Create, list, describe, alter and delete topics.")
    {
        BuildCreate(),
        BuildList(),
        BuildDescribe(),
        BuildAlter(),
        BuildDelete(),
    };

    private static Argument<string> NewName() => new("topic") { Description = "The topic's name." };

    private static Command BuildCreate()
    {
        var name = NewName();
        var settings = new TopicOptions();
        var command = new Command("create", "Create a topic.") { name };
        settings.AddTo(command);
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var result = await connection.Broker.CreateTopicAsync(options.GetRequiredValue(name), settings.Apply(options, new TopicSettings()), cancellationToken);
            return result switch
            {
                CreateTopicResult.Created created => TopicOutput.For(options).Write(created.Topic),
                CreateTopicResult.Exists exists => throw new CommandFailedException($"Topic {exists.Topic.Name} is there already, and was not changed."),
                CreateTopicResult.Refused refused => throw new CommandFailedException(refused.Reason.ToString()),
                _ => throw new InvalidOperationException($"A creation was answered with {result}."),
            };
        }, cancellationToken));
        return command;
    }

    private static Command BuildList()
    {
        var command = new Command("list", "List all topics.");
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var output = TopicOutput.For(options);
            for (string? after = null; ;)
            {
                var page = await connection.Broker.ListTopicsAsync(after, PageSize, cancellationToken);
                foreach (var topic in page.Topics)
                {
                    output.Write(topic);
                }

                if (page.Next is null)
                {
                    return ExitCode.Done;
                }

                after = page.Next;
            }
        }, cancellationToken));
        return command;
    }

    private static Command BuildDescribe()
    {
        var name = NewName();
        var command = new Command("describe", "Show a topic's settings and how its partitions stand.") { name };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var topic = await FindAsync(connection, options.GetRequiredValue(name), cancellationToken);
            var output = TopicOutput.For(options);
            output.Write(topic);
            for (var number = 0; number < topic.Settings.Partitions; number++)
            {
                if (await connection.Broker.DescribePartitionAsync(topic.Id, new Partition(number), cancellationToken) is { } partition)
                {
                    output.Write(partition);
                }
            }

            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command BuildAlter()
    {
        var name = NewName();
        var settings = new TopicOptions();
        var command = new Command("alter", "Change a topic's settings.") { name };
        settings.AddTo(command);
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, async connection =>
        {
            var topic = await FindAsync(connection, options.GetRequiredValue(name), cancellationToken);
            var changed = settings.Apply(options, topic.Settings);
            return await connection.Broker.AlterTopicAsync(topic.Name, changed, topic.Version, cancellationToken) switch
            {
                AlterTopicResult.Altered altered => await TellAsync(options, topic, altered.Topic),
                AlterTopicResult.Refused refused => throw new CommandFailedException(refused.Reason.ToString()),
                AlterTopicResult.Conflict => throw new CommandFailedException($"Somebody else changed topic {topic.Name} meanwhile; nothing was changed."),
                _ => throw Unknown(topic.Name),
            };
        }, cancellationToken));
        return command;
    }

    private static async Task<int> TellAsync(ParseResult options, TopicDescription before, TopicDescription topic)
    {
        if (topic.Settings.Partitions > before.Settings.Partitions)
        {
            await Console.Error.WriteLineAsync(
                $"Topic {topic.Name} grew from {before.Settings.Partitions} to {topic.Settings.Partitions} partitions, which moves keys: "
                + "from now on messages of a key may lie in another partition than those before, and between the two there is no order.");
        }

        return TopicOutput.For(options).Write(topic);
    }

    private static Command BuildDelete()
    {
        var name = NewName();
        var yes = new Option<bool>("--yes") { Description = "Really delete the topic with all its messages." };
        var command = new Command("delete", "Delete a topic with all its messages.") { name, yes };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, options.GetValue(yes) ? null : "Nothing is deleted without --yes.", async connection =>
        {
            var topic = options.GetRequiredValue(name);
            return await connection.Broker.DeleteTopicAsync(topic, cancellationToken) ? ExitCode.Done : throw Unknown(topic);
        }, cancellationToken));
        return command;
    }

    private static async Task<TopicDescription> FindAsync(Connection connection, string name, CancellationToken cancellationToken) =>
        await connection.Broker.FindTopicAsync(name, cancellationToken) ?? throw Unknown(name);

    private static CommandFailedException Unknown(string topic) => new($"There is no topic {Refusal.OfText("topic", topic, "").Value}.");
}
