using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire;

/// <summary>Which <see cref="OffsetQuery"/> a call is. The numbers never change.</summary>
internal enum OffsetQueryKind
{
    Earliest = 0,
    Latest = 1,
    AtTime = 2,
    EndOfEpoch = 3,
    At = 4,
}

/// <summary>A question for a place in a partition.</summary>
[GenerateSerializer, Immutable, Alias("oq.offsets-call")]
internal readonly record struct OffsetsCall([property: Id(0)] OffsetQueryKind Kind, [property: Id(1)] long Value)
{
    public static OffsetsCall Of(OffsetQuery query) => query switch
    {
        OffsetQuery.Earliest => new(OffsetQueryKind.Earliest, 0),
        OffsetQuery.Latest => new(OffsetQueryKind.Latest, 0),
        OffsetQuery.AtTime at => new(OffsetQueryKind.AtTime, at.Time.UnixMilliseconds),
        OffsetQuery.EndOfEpoch end => new(OffsetQueryKind.EndOfEpoch, end.Epoch.Value),
        OffsetQuery.At at => new(OffsetQueryKind.At, at.Offset.Value),
        _ => throw new ArgumentException($"No call is known for {query}.", nameof(query)),
    };

    public OffsetQuery ToQuery() => Kind switch
    {
        OffsetQueryKind.Earliest => new OffsetQuery.Earliest(),
        OffsetQueryKind.Latest => new OffsetQuery.Latest(),
        OffsetQueryKind.AtTime => new OffsetQuery.AtTime(new Timestamp(Value)),
        OffsetQueryKind.EndOfEpoch => new OffsetQuery.EndOfEpoch(new Epoch(checked((int)Value))),
        OffsetQueryKind.At => new OffsetQuery.At(new Offset(Value)),
        _ => throw new InvalidDataException($"There is no query of kind {Kind}."),
    };
}

/// <summary>Which <see cref="ListOffsetsResult"/> an answer is. The numbers never change.</summary>
internal enum OffsetsAnswerKind
{
    Found = 0,
    Fenced = 1,
    UnknownPartition = 2,
    Damaged = 3,
}

/// <summary>The answer to a question for a place.</summary>
[GenerateSerializer, Immutable, Alias("oq.offsets-answer")]
internal readonly record struct OffsetsAnswer(
    [property: Id(0)] OffsetsAnswerKind Kind, [property: Id(1)] Position Position, [property: Id(2)] string? Damage)
{
    public static OffsetsAnswer Of(ListOffsetsResult result) => result switch
    {
        ListOffsetsResult.Found found => new(OffsetsAnswerKind.Found, found.Position, null),
        ListOffsetsResult.Fenced => new(OffsetsAnswerKind.Fenced, default, null),
        ListOffsetsResult.UnknownPartition => new(OffsetsAnswerKind.UnknownPartition, default, null),
        ListOffsetsResult.Damaged damaged => new(OffsetsAnswerKind.Damaged, default, damaged.Reason),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public ListOffsetsResult ToResult() => Kind switch
    {
        OffsetsAnswerKind.Found => new ListOffsetsResult.Found(Position),
        OffsetsAnswerKind.Fenced => new ListOffsetsResult.Fenced(),
        OffsetsAnswerKind.UnknownPartition => new ListOffsetsResult.UnknownPartition(),
        OffsetsAnswerKind.Damaged => new ListOffsetsResult.Damaged(Damage!),
        _ => throw new InvalidDataException($"A question for offsets was answered with {Kind}."),
    };
}
