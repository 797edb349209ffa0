using Azure.Storage.Blobs;
using Orleans.Configuration;
using Orleans.Storage;
using OrleansQueue.Azurite;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Three silos on Azure blobs, with subscriptions and documents kept by Orleans' own provider, as silo-host has them.</summary>
public sealed class AzuriteStreamTests(AzuriteStorage azurite) : StreamSpec, IClassFixture<AzuriteStorage>
{
    private readonly string _container = $"s{Guid.NewGuid():N}";

    private protected override StreamSilosOptions Options => Settings.Of(3, UseBlobs, hasSubscriptions: false);

    private void UseBlobs(ISiloBuilder silo)
    {
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.SharedStorage = new AzureBlobLogs(azurite.ConnectionString, _container)));
        AddStorage(silo, TopicDocuments.StorageName, TopicDocuments.Serializer);
        AddStorage(silo, "PubSubStore", null);
    }

    private void AddStorage(ISiloBuilder silo, string name, IGrainStorageSerializer? serializer) =>
        silo.AddAzureBlobGrainStorage(name, (AzureBlobStorageOptions options) =>
        {
            options.BlobServiceClient = new BlobServiceClient(azurite.ConnectionString);
            options.ContainerName = $"{_container}-grains";
            options.GrainStorageSerializer = serializer ?? options.GrainStorageSerializer;
        });
}

/// <summary>One Azurite for the tests of a class.</summary>
public sealed class AzuriteStorage : IAsyncLifetime
{
    private AzuriteServer? _server;

    internal string ConnectionString => _server!.ConnectionString;

    public async Task InitializeAsync() => _server = await AzuriteServer.StartAsync();

    public async Task DisposeAsync() => await _server!.DisposeAsync();
}
