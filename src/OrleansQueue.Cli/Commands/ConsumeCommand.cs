using System.CommandLine;
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

    private static readonly Option<string?> Group = new("--group") { Description = "Read as a member of this group, which is created as a stream group where there is none." };

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

    public static Command Build()
    {
        var command = new Command("consume", "Print the messages of a topic, a line each.") { Topic, Group, FromBeginning, FromOffset, FromTime, OnePartition, Most, Idle };
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
        if (options.GetValue(Group) is not { } group)
        {
            await using var reader = await connection.Client.OpenReaderAsync(options.GetRequiredValue(Topic), ReaderOf(options), cancellationToken);
            return await PrintAsync(reader.ReadAsync(idle.Token), options, idle, isGroup: false);
        }

        if (options.GetValue(FromBeginning) || options.GetValue(FromTime) is not null)
        {
            await Console.Error.WriteLineAsync("Where to begin counts only for a group that has no position in the topic yet.");
        }

        await using var consumer = await connection.Client.OpenConsumerAsync(group, options.GetRequiredValue(Topic), ConsumerOf(options), cancellationToken);
        return await PrintAsync(consumer.ReadAsync(idle.Token), options, idle, isGroup: true);
    }

    private static async Task<int> PrintAsync(IAsyncEnumerable<Delivery> messages, ParseResult options, IdleTimer idle, bool isGroup)
    {
        await using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        using var output = MessageOutput.For(stdout, options.GetValue(GlobalOptions.Json));
        await using var deliveries = messages.GetAsyncEnumerator(idle.Token);

        // How long it took to get here says nothing of the messages.
        idle.Restart();
        try
        {
            for (var left = options.GetValue(Most) ?? long.MaxValue; left > 0; left--)
            {
                if (!await NextAsync(deliveries, stdout, isGroup))
                {
                    break;
                }

                output.Write(deliveries.Current);
                idle.Restart();
                if (isGroup && left == 1)
                {
                    await stdout.FlushAsync(CancellationToken.None);
                    await deliveries.Current.CompleteAsync(CancellationToken.None);
                }
            }
        }
        catch (OperationCanceledException) when (idle.Token.IsCancellationRequested)
        {
            // Nothing came for as long as was asked for, or Ctrl-C: both are a good end.
        }

        await stdout.FlushAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    /// <summary>To ask a group for the next message says that the one before is processed, so that one must have left this process by then.</summary>
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<Delivery> deliveries, BufferedStream stdout, bool isGroup)
    {
        if (isGroup)
        {
            await stdout.FlushAsync(CancellationToken.None);
        }

        var next = deliveries.MoveNextAsync();
        if (!next.IsCompleted)
        {
            // What is printed is seen at once where nothing else is ready to be printed.
            await stdout.FlushAsync(CancellationToken.None);
        }

        return await next;
    }

    private static ConsumerOptions ConsumerOf(ParseResult options) => new()
    {
        Start = options.GetValue(FromTime) is { } time ? StartAt.Time(time) : StartAt.Earliest,
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
