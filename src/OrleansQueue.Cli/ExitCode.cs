using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli;

/// <summary>What the process ends with; scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Refused or failed; one line says why.</summary>
    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>The cluster was not reached, or did not answer in time.</summary>
    public const int Unreachable = 3;

    /// <summary>What a failure ends with. A wait that nobody cancelled from outside ended because its time was up.</summary>
    public static int Of(Exception error) => error switch
    {
        BrokerUnavailableException or PublishOutcomeUnknownException or PublishNotSentException or TimeoutException or OperationCanceledException => Unreachable,
        _ => Failed,
    };
}

/// <summary>The command cannot do what was asked; its message is the line that says why.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
