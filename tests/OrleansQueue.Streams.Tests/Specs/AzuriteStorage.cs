using Azure.Storage.Blobs;
using Orleans.Configuration;
using Orleans.Storage;
using OrleansQueue.Azurite;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Three silos on Azure blobs, with subscriptions and documents kept by Orleans' own provider, as silo-host has them.</summary>
public sealed class AzuriteStorage : StreamStorage
{
    private AzuriteServer? _server;

    private string ConnectionString => _server!.ConnectionString;

    internal override StreamSilosOptions NewSilos()
    {
        var container = $"s{Guid.NewGuid():N}";
        return Settings.Of(3, silo => UseBlobs(silo, container), hasSubscriptions: false);
    }

    /// <inheritdoc/>
    public override async Task InitializeAsync() => _server = await AzuriteServer.StartAsync();

    /// <inheritdoc/>
    public override async Task DisposeAsync() => await _server!.DisposeAsync();

    private void UseBlobs(ISiloBuilder silo, string container)
    {
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.SharedStorage = new AzureBlobLogs(ConnectionString, container)));
        AddStorage(silo, container, TopicDocuments.StorageName, TopicDocuments.Serializer);
        AddStorage(silo, container, "PubSubStore", null);
    }

    private void AddStorage(ISiloBuilder silo, string container, string name, IGrainStorageSerializer? serializer) =>
        silo.AddAzureBlobGrainStorage(name, (AzureBlobStorageOptions options) =>
        {
            options.BlobServiceClient = new BlobServiceClient(ConnectionString);
            options.ContainerName = $"{container}-grains";
            options.GrainStorageSerializer = serializer ?? options.GrainStorageSerializer;
        });
}
