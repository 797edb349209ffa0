using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using OrleansQueue.Azurite;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A store that reaches Azurite through a proxy that makes faults.</summary>
internal sealed class ProxiedStore(FaultProxy proxy, BlobLogStore store, BlobContainerClient container) : IAsyncDisposable
{
    public FaultProxy Proxy => proxy;

    public BlobLogStore Store => store;

    /// <summary>The same container without the proxy.</summary>
    public BlobContainerClient Container => container;

    public static async Task<ProxiedStore> OpenAsync(AzuriteFixture azurite, int seed = 1, BlobLogOptions? options = null, BlobClientOptions? clientOptions = null)
    {
        var container = azurite.NewContainer();
        var proxy = await FaultProxy.StartAsync(azurite.Server.Address, seed);
        var store = await OpenStoreAsync(AzuriteFixture.ContainerAt(AzuriteServer.ConnectionStringTo(proxy.Address), container.Name, clientOptions), options);
        return new ProxiedStore(proxy, store, container);
    }

    /// <summary>A store whose requests fail for good after two tries.</summary>
    public static Task<ProxiedStore> OpenImpatientAsync(AzuriteFixture azurite)
    {
        var few = BlobClients.Options();
        (few.Retry.MaxRetries, few.Retry.Delay) = (1, TimeSpan.FromMilliseconds(1));
        return OpenAsync(azurite, clientOptions: few);
    }

    public static Task<BlobLogStore> OpenStoreAsync(BlobContainerClient container, BlobLogOptions? options = null) =>
        BlobLogStore.OpenAsync(container, new StoreId(Guid.NewGuid()), options ?? new BlobLogOptions(), CancellationToken.None);

    /// <summary>What kind of request it is, as its query says.</summary>
    public static bool Is(HttpRequest request, string kind) => kind switch
    {
        "create" => request.Method == "PUT" && request.Headers["x-ms-blob-type"] == "AppendBlob",
        "list" => request.Query["comp"] == "list",
        "delete" => request.Method == "DELETE",
        "read" => request.Method == "GET" && !request.Query.ContainsKey("comp"),
        _ => request.Query["comp"] == kind,
    };

    public async ValueTask DisposeAsync()
    {
        proxy.Rest();
        await store.DisposeAsync();
        await proxy.DisposeAsync();
    }
}
