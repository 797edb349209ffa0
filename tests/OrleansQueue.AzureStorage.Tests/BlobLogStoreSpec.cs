using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What every store promises, of logs on append blobs.</summary>
[Collection(AzuriteTests.Name)]
public sealed class BlobLogStoreSpec(AzuriteFixture azurite) : LastingLogStoreSpec
{
    private readonly BlobContainerClient _container = azurite.NewContainer();

    private protected override async Task<ILogStore> OpenStoreAsync() =>
        await BlobLogStore.OpenAsync(_container, new StoreId(Guid.NewGuid()), new BlobLogOptions(), CancellationToken.None);
}
