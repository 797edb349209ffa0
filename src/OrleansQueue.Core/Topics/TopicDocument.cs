using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Topics;

/// <summary>A topic as it is written down: in the catalogue's journal and as the document of its keeper. See docs/formats/topics.md.</summary>
internal sealed record TopicDocument
{
    /// <summary>The level of the formats that it was written at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int Format { get; init; }

    public required string Name { get; init; }

    public required Guid Id { get; init; }

    /// <summary>How often the settings were set.</summary>
    public required int Version { get; init; }

    public required int Partitions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required Durability Durability { get; init; }

    /// <summary>Milliseconds, or nothing for ever.</summary>
    public long? RetentionMilliseconds { get; init; }

    /// <summary>Bytes, or nothing for no limit.</summary>
    public long? RetentionBytes { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required WhenFull WhenFull { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required TimestampKind Timestamps { get; init; }

    public bool AcceptForeignCodecs { get; init; }

    /// <summary>Whether the number of partitions stays as it is. Since level 2.</summary>
    public bool FixedPartitions { get; init; }

    /// <summary>Whose dead letters the topic holds, or nothing.</summary>
    public DeadLetterOrigin? DeadLettersOf { get; init; }

    /// <summary>What is written of a topic at a level.</summary>
    public static TopicDocument Of(TopicDescription topic, FormatLevel level) => new()
    {
        Format = level.Value,
        Name = topic.Name,
        Id = topic.Id.Value,
        Version = topic.Version,
        Partitions = topic.Settings.Partitions,
        Durability = topic.Settings.Durability,
        RetentionMilliseconds = topic.Settings.RetentionTime is { } time ? (long)time.TotalMilliseconds : null,
        RetentionBytes = topic.Settings.RetentionBytes,
        WhenFull = topic.Settings.WhenFull,
        Timestamps = topic.Settings.Timestamps,
        AcceptForeignCodecs = topic.Settings.AcceptForeignCodecs,
        FixedPartitions = topic.Settings.FixedPartitions,
        DeadLettersOf = topic.Settings.DeadLettersOf,
    };

    public static byte[] Write(TopicDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, CatalogueJson.Default.TopicDocument);

    /// <summary>Reads a document.</summary>
    /// <exception cref="InvalidDataException">It is no topic document.</exception>
    public static TopicDocument Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CatalogueJson.Default.TopicDocument) ?? throw new InvalidDataException("A topic document is null.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"A topic document cannot be read: {error.Message}", error);
        }
    }

    /// <exception cref="FormatLevelException">This version does not know the document's level.</exception>
    public TopicDescription ToDescription(FormatLevels levels)
    {
        levels.Check($"The document of topic {Name}", new FormatLevel(Format));
        var settings = new TopicSettings
        {
            Partitions = Partitions,
            Durability = Durability,
            RetentionTime = RetentionMilliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null,
            RetentionBytes = RetentionBytes,
            WhenFull = WhenFull,
            Timestamps = Timestamps,
            AcceptForeignCodecs = AcceptForeignCodecs,
            FixedPartitions = FixedPartitions,
            DeadLettersOf = DeadLettersOf,
        };
        return new TopicDescription(Name, new TopicId(Id), settings, Version);
    }
}
