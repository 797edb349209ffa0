using System.CommandLine;

namespace OrleansQueue.Cli.Connecting;

/// <summary>Runs a command against a broker and turns how it ended into an exit code and, where it failed, one line on stderr.</summary>
internal static class Session
{
    public static async Task<int> RunAsync(ParseResult options, Func<Connection, Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await Connection.OpenAsync(options, Connection.Limit, cancellationToken);
            return await command(connection);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(options.GetValue(GlobalOptions.Details) ? error.ToString() : error.Message.ReplaceLineEndings(" "));
            return ExitCode.Of(error);
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
}
