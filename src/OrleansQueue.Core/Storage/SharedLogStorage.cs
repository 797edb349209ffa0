namespace OrleansQueue.Storage;

/// <summary>
/// A place for logs that several silos share, which a package of its own brings: OrleansQueue.AzureStorage has <c>AzureBlobLogs</c>. It is
/// given to a silo by <c>OrleansQueueOptions.SharedStorage</c>.
/// </summary>
public abstract class SharedLogStorage
{
    internal SharedLogStorage()
    {
    }

    /// <summary>What people know the place by; without secrets.</summary>
    public abstract string Name { get; }

    /// <summary>Opens the store that is there, or makes one.</summary>
    /// <param name="newId">The identity of a store that is made.</param>
    /// <param name="levels">What levels of the formats are read and written.</param>
    /// <param name="cancellationToken">Ends the try.</param>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    internal abstract Task<ILogStore> OpenAsync(StoreId newId, FormatLevels levels, CancellationToken cancellationToken);
}
