using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>Which <see cref="CreateGroupResult"/> an answer is. The numbers never change.</summary>
internal enum CreateGroupAnswerKind
{
    Created = 0,
    Exists = 1,
    UnknownTopic = 2,
    Refused = 3,
}

/// <summary>The answer to the creation of a group.</summary>
[GenerateSerializer, Immutable, Alias("oq.create-group-answer")]
internal readonly record struct CreateGroupAnswer(
    [property: Id(0)] CreateGroupAnswerKind Kind, [property: Id(1)] GroupDescription? Group, [property: Id(2)] string? Topic, [property: Id(3)] Refusal? Reason)
{
    public static CreateGroupAnswer Of(CreateGroupResult result) => result switch
    {
        CreateGroupResult.Created created => new(CreateGroupAnswerKind.Created, created.Group, null, null),
        CreateGroupResult.Exists exists => new(CreateGroupAnswerKind.Exists, exists.Group, null, null),
        CreateGroupResult.UnknownTopic unknown => new(CreateGroupAnswerKind.UnknownTopic, null, unknown.Topic, null),
        CreateGroupResult.Refused refused => new(CreateGroupAnswerKind.Refused, null, null, refused.Reason),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public CreateGroupResult ToResult() => Kind switch
    {
        CreateGroupAnswerKind.Created => new CreateGroupResult.Created(Group!),
        CreateGroupAnswerKind.Exists => new CreateGroupResult.Exists(Group!),
        CreateGroupAnswerKind.UnknownTopic => new CreateGroupResult.UnknownTopic(Topic!),
        CreateGroupAnswerKind.Refused => new CreateGroupResult.Refused(Reason!),
        _ => throw new InvalidDataException($"The creation of a group was answered with {Kind}."),
    };
}

/// <summary>Which <see cref="SeekResult"/> an answer is. The numbers never change.</summary>
internal enum SeekAnswerKind
{
    Done = 0,
    UnknownGroup = 1,
    Refused = 2,
}

/// <summary>The answer to a seek.</summary>
[GenerateSerializer, Immutable, Alias("oq.seek-answer")]
internal readonly record struct SeekAnswer([property: Id(0)] SeekAnswerKind Kind, [property: Id(1)] Generation Generation, [property: Id(2)] Refusal? Reason)
{
    public static SeekAnswer Of(SeekResult result) => result switch
    {
        SeekResult.Done done => new(SeekAnswerKind.Done, done.Generation, null),
        SeekResult.UnknownGroup => new(SeekAnswerKind.UnknownGroup, default, null),
        SeekResult.Refused refused => new(SeekAnswerKind.Refused, default, refused.Reason),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public SeekResult ToResult() => Kind switch
    {
        SeekAnswerKind.Done => new SeekResult.Done(Generation),
        SeekAnswerKind.UnknownGroup => new SeekResult.UnknownGroup(),
        SeekAnswerKind.Refused => new SeekResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A seek was answered with {Kind}."),
    };
}

/// <summary>The positions that a seek sets.</summary>
[GenerateSerializer, Immutable, Alias("oq.seek-call")]
internal readonly record struct SeekCall([property: Id(0)] byte[] Positions)
{
    public static SeekCall Of(IReadOnlyList<Position> positions) => new(Rows.Of(positions));

    public Position[] ToPositions() => Rows.ToPositions(Positions);
}

/// <summary>The partitions whose positions are asked for.</summary>
[GenerateSerializer, Immutable, Alias("oq.positions-call")]
internal readonly record struct PositionsCall([property: Id(0)] byte[] Partitions)
{
    public static PositionsCall Of(IReadOnlyList<TopicPartition> partitions) => new(Rows.Of(partitions));

    public TopicPartition[] ToPartitions() => Rows.ToPartitions(Partitions);
}

/// <summary>Committed positions; null where there is no such group.</summary>
[GenerateSerializer, Immutable, Alias("oq.positions-answer")]
internal readonly record struct PositionsAnswer([property: Id(0)] byte[]? Positions)
{
    public static PositionsAnswer Of(IReadOnlyList<CommittedPosition>? positions) => new(positions is null ? null : Rows.Of(positions));

    public IReadOnlyList<CommittedPosition>? ToPositions() => Positions is null ? null : Rows.ToCommitted(Positions);
}
