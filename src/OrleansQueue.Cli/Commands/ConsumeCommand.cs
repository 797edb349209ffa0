using System.CommandLine;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq consume</c>: reads a topic without a group and prints its values.</summary>
internal static class ConsumeCommand
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic." };

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
        var command = new Command("consume", "Print the messages of a topic, a line each.") { Topic, FromBeginning, FromOffset, FromTime, OnePartition, Most, Idle };
        command.Validators.Add(result =>
        {
            if (result.GetValue(FromOffset) is not null && result.GetValue(OnePartition) is null)
            {
                result.AddError("--offset needs --partition, since offsets of partitions have nothing to do with each other.");
            }

            var starts = (result.GetValue(FromBeginning) ? 1 : 0) + (result.GetValue(FromOffset) is null ? 0 : 1) + (result.GetValue(FromTime) is null ? 0 : 1);
            if (starts > 1)
            {
                result.AddError("Only one of --from-beginning, --offset and --at says where to begin.");
            }

            if (result.GetValue(FromOffset) < 0 || result.GetValue(OnePartition) < 0 || result.GetValue(Most) < 1)
            {
                result.AddError("--offset and --partition are 0 or more, --max is 1 or more.");
            }
        });
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, connection => RunAsync(connection, options, cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Connection connection, ParseResult options, CancellationToken cancellationToken)
    {
        await using var reader = await connection.Client.OpenReaderAsync(options.GetRequiredValue(Topic), ReaderOf(options), cancellationToken);
        await using var stdout = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        using var output = MessageOutput.For(stdout, options.GetValue(GlobalOptions.Json));
        using var idle = new IdleTimer(options.GetValue(Idle), TimeProvider.System, cancellationToken);
        var left = options.GetValue(Most) ?? long.MaxValue;
        await using var deliveries = reader.ReadAsync(idle.Token).GetAsyncEnumerator(idle.Token);
        try
        {
            while (left-- > 0)
            {
                var next = deliveries.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    // What is printed is seen at once where nothing else is ready to be printed.
                    await stdout.FlushAsync(CancellationToken.None);
                }

                if (!await next)
                {
                    break;
                }

                output.Write(deliveries.Current);
                idle.Restart();
            }
        }
        catch (OperationCanceledException) when (idle.Token.IsCancellationRequested)
        {
            // Nothing came for as long as was asked for, or Ctrl-C: both are a good end.
        }

        await stdout.FlushAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    private static ReaderOptions ReaderOf(ParseResult options) => new()
    {
        Start = options.GetValue(FromOffset) is { } offset ? StartAt.Offset(new Offset(offset))
            : options.GetValue(FromTime) is { } time ? StartAt.Time(time)
            : options.GetValue(FromBeginning) ? StartAt.Earliest
            : StartAt.End,
        Partition = options.GetValue(OnePartition) is { } partition ? new Partition(partition) : null,
        GapFound = gap => Console.Error.WriteLine($"Partition {gap.From.Partition}: records from offset {gap.From.Offset} are missing ({Words.Of(gap.Reason)}); reading goes on at {gap.To.Offset}."),
    };
}
