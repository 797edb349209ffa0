using System.Text.Json.Serialization;

namespace OrleansQueue.Topics;

/// <summary>One change of the catalogue; the fields that are null say nothing.</summary>
internal sealed record CatalogueEntry
{
    /// <summary>A topic as it is from now on.</summary>
    public TopicDocument? Put { get; init; }

    /// <summary>Whether the keeper of the topic that is put has these settings already.</summary>
    public bool Settled { get; init; }

    /// <summary>The name of a topic whose keeper has its settings now.</summary>
    public string? SettledName { get; init; }

    /// <summary>The name of a topic that is no more.</summary>
    public string? Removed { get; init; }

    /// <summary>The id of a topic whose records are to be deleted.</summary>
    public Guid? Deleting { get; init; }

    /// <summary>How many partitions it had.</summary>
    public int Partitions { get; init; }

    /// <summary>The id of a topic whose records are deleted.</summary>
    public Guid? Deleted { get; init; }
}

/// <summary>The whole catalogue, as the changes that make it.</summary>
internal sealed record CatalogueSnapshot
{
    public required IReadOnlyList<CatalogueEntry> Entries { get; init; }
}

/// <summary>How topics are written; names in camel case, nothing for what is null or false.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CatalogueEntry))]
[JsonSerializable(typeof(CatalogueSnapshot))]
[JsonSerializable(typeof(TopicDocument))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
