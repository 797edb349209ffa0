using Azure.Storage.Blobs;
using Orleans.Configuration;
using Orleans.Providers;
using Orleans.Storage;

namespace OrleansQueue.SiloHost;

/// <summary>Has the documents of topics and the states of grains kept in Azure blobs, by Orleans' own provider.</summary>
internal static class SharedStorage
{
    // The name under which Orleans' streams keep their subscriptions.
    private const string Subscriptions = "PubSubStore";

    public static void Use(ISiloBuilder silo, AzureBlobSettings blobs)
    {
        AddStorage(silo, blobs, TopicDocuments.StorageName, TopicDocuments.Serializer);
        AddStorage(silo, blobs, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, null);
        AddStorage(silo, blobs, Subscriptions, null);
    }

    private static void AddStorage(ISiloBuilder silo, AzureBlobSettings blobs, string name, IGrainStorageSerializer? serializer) =>
        silo.AddAzureBlobGrainStorage(name, (AzureBlobStorageOptions options) =>
        {
            options.BlobServiceClient = new BlobServiceClient(blobs.ConnectionString);
            options.ContainerName = blobs.DocumentContainer;
            if (serializer is not null)
            {
                options.GrainStorageSerializer = serializer;
            }
        });
}
