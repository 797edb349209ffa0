using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>
/// Keeps logs in append blobs of one container, which many silos share. Every durability is the storage's: what is asked to be kept in
/// memory is kept in blobs too, as another silo goes on with it.
/// </summary>
internal sealed class BlobLogStore : ILogStore
{
    private readonly LogContainer _container;
    private readonly BlobLogOptions _options;
    private readonly FormatLevel _createdAt;
    private readonly ReadAheadCache _ahead;

    private BlobLogStore(LogContainer container, FormatLevel createdAt, BlobLogOptions options)
    {
        _container = container;
        _createdAt = createdAt;
        _options = options;
        _ahead = new ReadAheadCache(options.ReadAheadBytes);
    }

    public StoreId Id => _container.Store;

    public FormatLevel CreatedAt => _createdAt;

    public FormatLevels Levels => _container.Levels;

    /// <summary>Opens the store of a container, and makes both where they are not there.</summary>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    /// <exception cref="InvalidDataException">The container holds logs but does not name its store.</exception>
    public static async Task<BlobLogStore> OpenAsync(BlobContainerClient container, StoreId newId, BlobLogOptions options, CancellationToken cancellationToken)
    {
        var mark = await BlobFailure.TellAsync(
            $"Opening container {container.Name}", () => StoreIdentity.OpenAsync(container, newId, options.Levels, cancellationToken), cancellationToken);
        return new BlobLogStore(new LogContainer(container, mark.Id, options.Levels), mark.CreatedAt, options);
    }

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken)
    {
        var view = await BlobFailure.TellAsync(
            $"Opening log {log}", () => new TakeOver(_container, log, options.Level).OwnAsync(options.Continues, cancellationToken), cancellationToken);
        var opened = new BlobLog(_container, log, view, new BlobReads(_container, log, _ahead, _options), options.Level, _options);
        await opened.RecoverAsync(observer, cancellationToken);
        return opened;
    }

    public async ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) =>
        await BlobFailure.TellAsync("Listing the logs", () => _container.ListLogsAsync(cancellationToken), cancellationToken);

    public async ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => await BlobFailure.TellAsync(
        $"Deleting log {log}",
        async () =>
        {
            await new TakeOver(_container, log).DeleteAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
