using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq consume</c>: reads a topic, alone or as a member of a group, and prints its values.</summary>
internal static class ConsumeCommand
{
    // What timers can hold.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromDays(49);

    private static readonly Argument<string> Topic = new("topic") { Description = "The topic." };

    private static readonly Option<string?> Group = new("--group") { Description = "Read as a member of this group, which is created as a stream group where there is none; of a queue group each message is completed once its line is written." };

    private static readonly Option<bool> FromBeginning = new("--from-beginning") { Description = "Begin at the first message that is kept, instead of at the end." };

    private static readonly Option<long?> FromOffset = new("--offset") { Description = "Begin at this offset of the partition that --partition names." };

    private static readonly Option<DateTimeOffset?> FromTime = new("--at")
    {
        Description = "Begin at the first message as late as this time, in ISO 8601.",
        CustomParser = Quantities.ReadMoment,
    };

    private static readonly Option<int?> OnePartition = new("--partition") { Description = "Read this partition only." };

    private static readonly Option<long?> Most = new("--max") { Description = "Stop after so many messages." };

    private static readonly Option<TimeSpan?> Idle = new("--idle")
    {
        Description = "Stop when no message came for this long, as 30s.",
        CustomParser = Quantities.ReadTime,
    };

    private static readonly Option<bool> Peek = new("--peek") { Description = "With --group, show what lies before the group from its first unfinished message on, and take no part in it." };

    public static Command Build()
    {
        var command = new Command("consume", "Print the messages of a topic, a line each.") { Topic, Group, FromBeginning, FromOffset, FromTime, OnePartition, Most, Idle, Peek };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, FindWrong(options), connection => RunAsync(connection, options, cancellationToken), cancellationToken));
        return command;
    }

    /// <summary>What is wrong with the options together, or null.</summary>
    private static string? FindWrong(ParseResult options)
    {
        var starts = (options.GetValue(FromBeginning) ? 1 : 0) + (options.GetValue(FromOffset) is null ? 0 : 1) + (options.GetValue(FromTime) is null ? 0 : 1);
        return options switch
        {
            _ when options.GetValue(Group) is not null && (options.GetValue(FromOffset) is not null || options.GetValue(OnePartition) is not null) =>
                "--offset and --partition do not go with --group, which knows where it is; `oq group reset` moves it.",
            _ when options.GetValue(Peek) && options.GetValue(Group) is null => "--peek needs --group: without one nothing is leased or committed anyway.",
            _ when options.GetValue(FromOffset) is not null && options.GetValue(OnePartition) is null =>
                "--offset needs --partition, since offsets of partitions have nothing to do with each other.",
            _ when starts > 1 => "Only one of --from-beginning, --offset and --at says where to begin.",
            _ when options.GetValue(FromOffset) < 0 || options.GetValue(OnePartition) < 0 || options.GetValue(Most) < 1 =>
                "--offset and --partition are 0 or more, --max is 1 or more.",
            _ when options.GetValue(Idle) is { } idle && (idle <= TimeSpan.Zero || idle > LongestIdle) => $"--idle is more than 0 and at most {LongestIdle.TotalDays}d.",
            _ => null,
        };
    }

    private static async Task<int> RunAsync(Connection connection, ParseResult options, CancellationToken cancellationToken)
    {
        using var idle = new IdleTimer(options.GetValue(Idle), TimeProvider.System, cancellationToken);
        var printer = new MessagePrinter(options.GetValue(GlobalOptions.Json), options.GetValue(Most) ?? long.MaxValue, idle);
        var topic = options.GetRequiredValue(Topic);
        if (options.GetValue(Group) is not { } group)
        {
            await using var reader = await connection.Client.OpenReaderAsync(topic, ReaderOf(options), cancellationToken);
            return await printer.PrintAsync(reader.ReadAsync(idle.Token));
        }

        if (options.GetValue(FromBeginning) || options.GetValue(FromTime) is not null)
        {
            await Console.Error.WriteLineAsync("Where to begin counts only for a group that has no position in the topic yet.");
        }

        if (options.GetValue(Peek))
        {
            return await printer.PrintAsync(GroupPeek.ReadAsync(connection, group, topic, Tell, idle.Token));
        }

        if (await connection.Broker.FindGroupAsync(group, cancellationToken) is { Settings.Kind: GroupKind.Queue })
        {
            await using var member = await connection.Client.OpenQueueConsumerAsync<ReadOnlyMemory<byte>>(group, [topic], MemberOf(options), null, cancellationToken);
            return await printer.PrintAsync(member);
        }

        await using var consumer = await connection.Client.OpenConsumerAsync(group, topic, ConsumerOf(options), cancellationToken);
        return await printer.PrintAsync(consumer);
    }

    private static StartAt StartOf(ParseResult options) => options.GetValue(FromTime) is { } time ? StartAt.Time(time) : StartAt.Earliest;

    /// <summary>What is leased beyond the messages that are asked for would only be kept from others until it is released.</summary>
    private static QueueConsumerOptions MemberOf(ParseResult options)
    {
        var member = new QueueConsumerOptions { Start = StartOf(options), CreateGroup = false, ClientName = "oq" };
        return member with { Prefetch = (int)Math.Min(member.Prefetch, options.GetValue(Most) ?? long.MaxValue) };
    }

    private static ConsumerOptions ConsumerOf(ParseResult options) => new()
    {
        Start = StartOf(options),
        ClientName = "oq",
        GapFound = Tell,
    };

    private static ReaderOptions ReaderOf(ParseResult options) => new()
    {
        Start = options.GetValue(FromOffset) is { } offset ? StartAt.Offset(new Offset(offset))
            : options.GetValue(FromTime) is { } time ? StartAt.Time(time)
            : options.GetValue(FromBeginning) ? StartAt.Earliest
            : StartAt.End,
        Partition = options.GetValue(OnePartition) is { } partition ? new Partition(partition) : null,
        GapFound = Tell,
    };

    private static void Tell(ReaderGap gap) =>
        Console.Error.WriteLine($"Partition {gap.From.Partition}: records from offset {gap.From.Offset} are missing ({Words.Of(gap.Reason)}); reading goes on at {gap.To.Offset}.");
}
