using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Keeps what is logged.</summary>
internal sealed class LogList : ILoggerFactory, ILogger
{
    public List<(int Id, LogLevel Level, string Text)> Entries { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Entries.Add((eventId.Id, logLevel, formatter(state, exception)));

    public void Dispose()
    {
        // There is nothing to let go of.
    }
}
