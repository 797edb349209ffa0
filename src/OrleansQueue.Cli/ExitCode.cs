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
}

/// <summary>The command cannot do what was asked; its message is the line that says why.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
