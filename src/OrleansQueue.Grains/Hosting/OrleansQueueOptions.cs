using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue;

/// <summary>Where a silo keeps its logs.</summary>
public enum StorageKind
{
    /// <summary>In files of a folder, for one silo. The default.</summary>
    Files = 0,

    /// <summary>In memory: gone when the process ends. For tests and for development.</summary>
    Memory = 1,
}

/// <summary>Settings of the broker on a silo.</summary>
public sealed class OrleansQueueOptions
{
    /// <summary>Where the logs are kept. Default: <see cref="StorageKind.Files"/>.</summary>
    public StorageKind Storage { get; set; } = StorageKind.Files;

    /// <summary>
    /// Storage that several silos share, as Azure blobs, in place of <see cref="Storage"/>. The documents of topics are then kept by
    /// the grain storage that is registered under <see cref="TopicDocuments.StorageName"/>. Default: none.
    /// </summary>
    public SharedLogStorage? SharedStorage { get; set; }

    /// <summary>
    /// The folder of the logs, made where it does not exist; one silo has it at a time. A relative path counts from the content
    /// root. Default: <c>data</c>.
    /// </summary>
    public string FilesPath { get; set; } = "data";

    /// <summary>Whether a topic is created at the first publish to it. Default: no, so that a misspelt name is an error and not a topic.</summary>
    public bool AutoCreateTopics { get; set; }

    /// <summary>The settings of topics that are created at the first publish.</summary>
    public TopicSettings NewTopics { get; set; } = new();
}
