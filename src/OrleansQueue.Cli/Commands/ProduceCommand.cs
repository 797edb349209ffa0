using System.CommandLine;
using System.CommandLine.Parsing;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Cli.Text;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Commands;

/// <summary><c>oq produce</c>: one message for each line of the input.</summary>
internal static class ProduceCommand
{
    private static readonly Argument<string> Topic = new("topic") { Description = "The topic." };

    private static readonly Option<string?> KeySeparator = new("--key-separator")
    {
        Description = "What stands before it in a line is the key. Without it messages have none.",
    };

    private static readonly Option<MessageHeader[]> Headers = new("--header")
    {
        Description = "A header of every message: name=value. May be given several times.",
        CustomParser = ReadHeaders,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<TimeSpan?> TimeToLive = new("--ttl")
    {
        Description = "How long a message is of use, as 15m; consumers pass over it afterwards.",
        CustomParser = Quantities.ReadTime,
    };

    private static readonly Option<string?> NullMarker = new("--null-marker") { Description = "A value that is exactly this is no value: a tombstone." };

    private static readonly Option<bool> Receipts = new("--receipts") { Description = "Print a line of JSON for each acknowledged message, in the order of the input." };

    public static Command Build()
    {
        var command = new Command("produce", "Publish the lines of the input, a message each.") { Topic, KeySeparator, Headers, TimeToLive, NullMarker, Receipts };
        command.SetAction((options, cancellationToken) => Session.RunAsync(options, connection => RunAsync(connection, options, cancellationToken), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Connection connection, ParseResult options, CancellationToken cancellationToken)
    {
        await using var producer = await connection.Client.OpenProducerAsync(options.GetRequiredValue(Topic), null, cancellationToken);
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        var lines = new LinePublisher(producer, new LineFormat(options.GetValue(KeySeparator), options.GetValue(NullMarker)), new PublishOptions
        {
            Headers = options.GetValue(Headers) ?? [],
            TimeToLive = options.GetValue(TimeToLive),
        });
        using var receipts = options.GetValue(Receipts) ? new ReceiptOutput(output) : null;
        await using var input = Console.OpenStandardInput();
        return await lines.RunAsync(input, receipts, cancellationToken);
    }

    private static MessageHeader[] ReadHeaders(ArgumentResult argument)
    {
        var headers = new List<MessageHeader>();
        foreach (var token in argument.Tokens)
        {
            var equals = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                argument.AddError(Refusal.OfText("--header", token.Value, "name=value").ToString());
                return [];
            }

            headers.Add(new MessageHeader(token.Value[..equals], token.Value[(equals + 1)..]));
        }

        return [.. headers];
    }
}
