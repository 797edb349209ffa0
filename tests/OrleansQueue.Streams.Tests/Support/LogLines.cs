using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>Keeps the warnings of the silos, which a test that fails prints: what went wrong is often told only there.</summary>
internal sealed class LogLines : ILoggerProvider
{
    // Their traces lead through Orleans, and would leave no room for what the test says.
    private const int Most = 20;

    private static readonly ConcurrentQueue<string> Lines = new();

    /// <summary>The last ones.</summary>
    public static string Last => string.Join(Environment.NewLine, Lines);

    public ILogger CreateLogger(string categoryName) => new Category(categoryName);

    public void Dispose()
    {
    }

    private sealed class Category(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception?.GetType().Name} {exception?.Message}");
                while (Lines.Count > Most)
                {
                    Lines.TryDequeue(out _);
                }
            }
        }
    }
}
