using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Wire;

[GenerateSerializer, Immutable, Alias("oq.topic-settings")]
internal struct TopicSettingsSurrogate
{
    [Id(0)]
    public int Partitions;

    [Id(1)]
    public int Durability;

    [Id(2)]
    public TimeSpan? RetentionTime;

    [Id(3)]
    public long? RetentionBytes;

    [Id(4)]
    public int WhenFull;

    [Id(5)]
    public int Timestamps;

    [Id(6)]
    public bool AcceptForeignCodecs;

    [Id(7)]
    public DeadLetterOrigin? DeadLettersOf;

    [Id(8)]
    public bool FixedPartitions;
}

[RegisterConverter]
internal sealed class TopicSettingsConverter : IConverter<TopicSettings, TopicSettingsSurrogate>
{
    public TopicSettings ConvertFromSurrogate(in TopicSettingsSurrogate surrogate) => new()
    {
        Partitions = surrogate.Partitions,
        Durability = (Durability)surrogate.Durability,
        RetentionTime = surrogate.RetentionTime,
        RetentionBytes = surrogate.RetentionBytes,
        WhenFull = (WhenFull)surrogate.WhenFull,
        Timestamps = (TimestampKind)surrogate.Timestamps,
        AcceptForeignCodecs = surrogate.AcceptForeignCodecs,
        DeadLettersOf = surrogate.DeadLettersOf,
        FixedPartitions = surrogate.FixedPartitions,
    };

    public TopicSettingsSurrogate ConvertToSurrogate(in TopicSettings value) => new()
    {
        Partitions = value.Partitions,
        Durability = (int)value.Durability,
        RetentionTime = value.RetentionTime,
        RetentionBytes = value.RetentionBytes,
        WhenFull = (int)value.WhenFull,
        Timestamps = (int)value.Timestamps,
        AcceptForeignCodecs = value.AcceptForeignCodecs,
        DeadLettersOf = value.DeadLettersOf,
        FixedPartitions = value.FixedPartitions,
    };
}

[GenerateSerializer, Immutable, Alias("oq.dead-letter-origin")]
internal struct DeadLetterOriginSurrogate
{
    [Id(0)]
    public string Group;

    [Id(1)]
    public string Topic;
}

[RegisterConverter]
internal sealed class DeadLetterOriginConverter : IConverter<DeadLetterOrigin, DeadLetterOriginSurrogate>
{
    public DeadLetterOrigin ConvertFromSurrogate(in DeadLetterOriginSurrogate surrogate) => new(surrogate.Group, surrogate.Topic);

    public DeadLetterOriginSurrogate ConvertToSurrogate(in DeadLetterOrigin value) => new() { Group = value.Group, Topic = value.Topic };
}

[GenerateSerializer, Immutable, Alias("oq.topic")]
internal struct TopicDescriptionSurrogate
{
    [Id(0)]
    public string Name;

    [Id(1)]
    public TopicId Id;

    [Id(2)]
    public TopicSettings Settings;

    [Id(3)]
    public int Version;
}

[RegisterConverter]
internal sealed class TopicDescriptionConverter : IConverter<TopicDescription, TopicDescriptionSurrogate>
{
    public TopicDescription ConvertFromSurrogate(in TopicDescriptionSurrogate surrogate) =>
        new(surrogate.Name, surrogate.Id, surrogate.Settings, surrogate.Version);

    public TopicDescriptionSurrogate ConvertToSurrogate(in TopicDescription value) =>
        new() { Name = value.Name, Id = value.Id, Settings = value.Settings, Version = value.Version };
}

/// <summary>What became of a call to the catalogue.</summary>
internal enum TopicAnswerKind
{
    Done = 0,
    Exists = 1,
    Conflict = 2,
    Unknown = 3,
    Refused = 4,
}

/// <summary>The answer to a creation or a change of a topic.</summary>
[GenerateSerializer, Immutable, Alias("oq.topic-answer")]
internal readonly record struct TopicAnswer(
    [property: Id(0)] TopicAnswerKind Kind, [property: Id(1)] TopicDescription? Topic, [property: Id(2)] Refusal? Reason)
{
    public static TopicAnswer Of(CreateTopicResult result) => result switch
    {
        CreateTopicResult.Created created => new(TopicAnswerKind.Done, created.Topic, null),
        CreateTopicResult.Exists exists => new(TopicAnswerKind.Exists, exists.Topic, null),
        CreateTopicResult.Refused refused => new(TopicAnswerKind.Refused, null, refused.Reason),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public static TopicAnswer Of(AlterTopicResult result) => result switch
    {
        AlterTopicResult.Altered altered => new(TopicAnswerKind.Done, altered.Topic, null),
        AlterTopicResult.Conflict conflict => new(TopicAnswerKind.Conflict, conflict.Topic, null),
        AlterTopicResult.UnknownTopic => new(TopicAnswerKind.Unknown, null, null),
        AlterTopicResult.Refused refused => new(TopicAnswerKind.Refused, null, refused.Reason),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public CreateTopicResult ToCreateResult() => Kind switch
    {
        TopicAnswerKind.Done => new CreateTopicResult.Created(Topic!),
        TopicAnswerKind.Exists => new CreateTopicResult.Exists(Topic!),
        TopicAnswerKind.Refused => new CreateTopicResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A creation was answered with {Kind}."),
    };

    public AlterTopicResult ToAlterResult() => Kind switch
    {
        TopicAnswerKind.Done => new AlterTopicResult.Altered(Topic!),
        TopicAnswerKind.Conflict => new AlterTopicResult.Conflict(Topic!),
        TopicAnswerKind.Unknown => new AlterTopicResult.UnknownTopic(),
        TopicAnswerKind.Refused => new AlterTopicResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A change was answered with {Kind}."),
    };
}
