using Azure.Storage.Blobs;
using OrleansQueue.AzureStorage;
using OrleansQueue.Storage;

namespace OrleansQueue;

/// <summary>
/// Logs in append blobs of one container of Azure Storage, which all silos of a cluster share. An acknowledged message is kept as the
/// storage account keeps blobs, whatever durability its topic asks for.
/// </summary>
public sealed class AzureBlobLogs : SharedLogStorage
{
    /// <summary>The container, where none is named.</summary>
    public const string DefaultContainer = "orleansqueue";

    // A storage that is not there is mostly one that was named wrongly, and whoever starts a silo should not wait for minutes to hear it.
    private static readonly TimeSpan OpeningLimit = TimeSpan.FromSeconds(30);

    private readonly BlobContainerClient _container;

    /// <summary>A container of the account that a connection string names.</summary>
    /// <param name="connectionString">The connection string of Azure Storage or Azurite.</param>
    /// <param name="container">The container, made where it does not exist. Its name follows Azure's rules: 3 to 63 of <c>a-z 0-9 -</c>.</param>
    /// <exception cref="FormatException">The connection string cannot be read.</exception>
    public AzureBlobLogs(string connectionString, string container = DefaultContainer)
        : this(new BlobServiceClient(connectionString, BlobClients.Options()), container)
    {
    }

    /// <summary>A container by a client that the application made, with its own credentials and its own rules for retries.</summary>
    /// <param name="client">The client of the storage account.</param>
    /// <param name="container">The container, made where it does not exist.</param>
    public AzureBlobLogs(BlobServiceClient client, string container = DefaultContainer)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(container);
        _container = client.GetBlobContainerClient(container);
    }

    /// <inheritdoc/>
    public override string Name => $"azure-blobs {_container.Uri.GetLeftPart(UriPartial.Path)}";

    internal override async Task<ILogStore> OpenAsync(StoreId newId, FormatLevels levels, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OpeningLimit);
        try
        {
            return await BlobLogStore.OpenAsync(_container, newId, new BlobLogOptions { Levels = levels }, limit.Token);
        }
        catch (Exception failure) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Opening container {_container.Name}: the storage at {_container.Uri.Authority} did not answer within {OpeningLimit.TotalSeconds} s.", failure);
        }
    }
}
