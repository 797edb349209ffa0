using OrleansQueue.Storage;

namespace OrleansQueue.Testing.Tests;

/// <summary>A store that fails when the test says so.</summary>
internal sealed class BrokenLogStore(ILogStore inner) : ILogStore
{
    /// <summary>Whether no log can be opened.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether no log can be deleted.</summary>
    public bool FailsDeletions { get; set; }

    public StoreId Id => inner.Id;

    public FormatLevel CreatedAt => inner.CreatedAt;

    public FormatLevels Levels => inner.Levels;

    public ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken) =>
        IsBroken ? throw new IOException("broken") : inner.OpenAsync(log, options, observer, cancellationToken);

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) =>
        FailsDeletions ? throw new IOException("broken") : inner.DeleteAsync(log, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
