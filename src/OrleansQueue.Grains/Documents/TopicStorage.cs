using Orleans.Storage;
using OrleansQueue.Grains.Topics;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Documents;

/// <summary>
/// The storage of topic grains, and how their documents are written: as JSON with a version and without any type name, so that
/// nothing that lies in the store decides which types are made.
/// </summary>
internal sealed class TopicStorage : IGrainStorageSerializer
{
    /// <summary>The name of the storage.</summary>
    public const string Name = TopicDocuments.StorageName;

    public BinaryData Serialize<T>(T input) => input is TopicState { Document: { } document }
        ? new BinaryData(TopicDocument.Write(document))
        : throw new NotSupportedException($"Storage {Name} keeps topics and nothing else, not {typeof(T).Name}.");

    public T Deserialize<T>(BinaryData input) => typeof(T) == typeof(TopicState)
        ? (T)(object)new TopicState { Document = TopicDocument.Read(input.ToMemory().Span) }
        : throw new NotSupportedException($"Storage {Name} keeps topics and nothing else, not {typeof(T).Name}.");
}
