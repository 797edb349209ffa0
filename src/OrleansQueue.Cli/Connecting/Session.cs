using System.CommandLine;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Connecting;

/// <summary>Runs a command against a broker and turns how it ended into an exit code and, where it failed, one line on stderr.</summary>
internal static class Session
{
    public static async Task<int> RunAsync(ParseResult options, Func<Connection, Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await Connection.OpenAsync(options, cancellationToken);
            return await command(connection);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception error) when (CodeOf(error) is { } code)
        {
            await Console.Error.WriteLineAsync(error.Message.ReplaceLineEndings(" "));
            return code;
        }
    }

    /// <summary>Runs a command, unless its options do not go together: then that is said, and nothing is connected to.</summary>
    public static async Task<int> RunAsync(ParseResult options, string? wrong, Func<Connection, Task<int>> command, CancellationToken cancellationToken)
    {
        if (wrong is null)
        {
            return await RunAsync(options, command, cancellationToken);
        }

        await Console.Error.WriteLineAsync(wrong);
        return ExitCode.WrongUsage;
    }

    private static int? CodeOf(Exception error) => error switch
    {
        BrokerUnavailableException or PublishOutcomeUnknownException or PublishNotSentException => ExitCode.Unreachable,
        CommandFailedException or PublishRefusedException or UnknownTopicException or UnknownPartitionException or TopicReplacedException => ExitCode.Failed,
        PartitionDamagedException or ReadRefusedException or ReaderGapException or ArgumentException or FormatException or IOException => ExitCode.Failed,
        GroupDeletedException or GroupKindException or GroupRefusedException or MemberReplacedException => ExitCode.Failed,
        _ => null,
    };
}
