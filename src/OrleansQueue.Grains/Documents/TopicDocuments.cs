using Orleans.Storage;
using OrleansQueue.Grains.Documents;

namespace OrleansQueue;

/// <summary>
/// How the documents of topics are kept. With logs in files or in memory they lie beside them, and nothing is to be done. With
/// <see cref="OrleansQueueOptions.SharedStorage"/> a grain storage that silos share is registered behind <c>AddOrleansQueue</c>, with this name and this serializer.
/// </summary>
public static class TopicDocuments
{
    /// <summary>The name of the grain storage of topics.</summary>
    public const string StorageName = "OrleansQueue";

    /// <summary>Writes them as JSON with a version and without any type name.</summary>
    public static IGrainStorageSerializer Serializer { get; } = new TopicStorage();
}
