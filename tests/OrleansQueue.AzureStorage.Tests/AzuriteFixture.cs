using Azure.Storage.Blobs;
using OrleansQueue.Azurite;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>One Azurite for all tests that ask for it, each with a container of its own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteServer? _server;

    internal AzuriteServer Server => _server!;

    public async Task InitializeAsync() => _server = await AzuriteServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A container that nobody else has.</summary>
    internal BlobContainerClient NewContainer() => ContainerAt(Server.ConnectionString, $"t{Guid.NewGuid():N}");

    internal static BlobContainerClient ContainerAt(string connectionString, string name, BlobClientOptions? options = null) =>
        new BlobServiceClient(connectionString, options ?? BlobClients.Options()).GetBlobContainerClient(name);
}

/// <summary>Tests that share the Azurite.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteTests : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
