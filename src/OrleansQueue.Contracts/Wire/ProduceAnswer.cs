using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire;

/// <summary>Which <see cref="ProduceResult"/> an answer is. The numbers never change.</summary>
internal enum ProduceAnswerKind
{
    Appended = 0,
    Duplicate = 1,
    OutOfOrder = 2,
    UnknownProducer = 3,
    ProducerFenced = 4,
    Fenced = 5,
    Throttled = 6,
    NoSpace = 7,
    TopicFull = 8,
    UnknownPartition = 9,
    Damaged = 10,
    Refused = 11,
}

/// <summary>The answer to a produce; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.produce-answer")]
internal readonly record struct ProduceAnswer([property: Id(0)] ProduceAnswerKind Kind)
{
    [Id(1)]
    public Offset? BaseOffset { get; init; }

    [Id(2)]
    public Timestamp AppendTime { get; init; }

    [Id(3)]
    public int Durability { get; init; }

    [Id(4)]
    public Sequence Expected { get; init; }

    [Id(5)]
    public ProducerEpoch Current { get; init; }

    [Id(6)]
    public TimeSpan After { get; init; }

    [Id(7)]
    public long LimitBytes { get; init; }

    [Id(8)]
    public string? Damage { get; init; }

    [Id(9)]
    public Refusal? Reason { get; init; }

    public static ProduceAnswer Of(ProduceResult result) => result switch
    {
        ProduceResult.Appended appended => new(ProduceAnswerKind.Appended)
        {
            BaseOffset = appended.BaseOffset,
            AppendTime = appended.AppendTime,
            Durability = (int)appended.Durability,
        },
        ProduceResult.Duplicate duplicate => new(ProduceAnswerKind.Duplicate) { BaseOffset = duplicate.BaseOffset, Durability = (int)duplicate.Durability },
        ProduceResult.OutOfOrder outOfOrder => new(ProduceAnswerKind.OutOfOrder) { Expected = outOfOrder.Expected },
        ProduceResult.UnknownProducer => new(ProduceAnswerKind.UnknownProducer),
        ProduceResult.ProducerFenced fenced => new(ProduceAnswerKind.ProducerFenced) { Current = fenced.Current },
        ProduceResult.Fenced => new(ProduceAnswerKind.Fenced),
        ProduceResult.Throttled throttled => new(ProduceAnswerKind.Throttled) { After = throttled.After },
        ProduceResult.NoSpace noSpace => new(ProduceAnswerKind.NoSpace) { After = noSpace.After },
        ProduceResult.TopicFull full => new(ProduceAnswerKind.TopicFull) { LimitBytes = full.LimitBytes },
        ProduceResult.UnknownPartition => new(ProduceAnswerKind.UnknownPartition),
        ProduceResult.Damaged damaged => new(ProduceAnswerKind.Damaged) { Damage = damaged.Reason },
        ProduceResult.Refused refused => new(ProduceAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public ProduceResult ToResult() => Kind switch
    {
        ProduceAnswerKind.Appended => new ProduceResult.Appended(BaseOffset!.Value, AppendTime, (Durability)Durability),
        ProduceAnswerKind.Duplicate => new ProduceResult.Duplicate(BaseOffset, (Durability)Durability),
        ProduceAnswerKind.OutOfOrder => new ProduceResult.OutOfOrder(Expected),
        ProduceAnswerKind.UnknownProducer => new ProduceResult.UnknownProducer(),
        ProduceAnswerKind.ProducerFenced => new ProduceResult.ProducerFenced(Current),
        ProduceAnswerKind.Fenced => new ProduceResult.Fenced(),
        ProduceAnswerKind.Throttled => new ProduceResult.Throttled(After),
        ProduceAnswerKind.NoSpace => new ProduceResult.NoSpace(After),
        ProduceAnswerKind.TopicFull => new ProduceResult.TopicFull(LimitBytes),
        ProduceAnswerKind.UnknownPartition => new ProduceResult.UnknownPartition(),
        ProduceAnswerKind.Damaged => new ProduceResult.Damaged(Damage!),
        ProduceAnswerKind.Refused => new ProduceResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A produce was answered with {Kind}."),
    };
}
