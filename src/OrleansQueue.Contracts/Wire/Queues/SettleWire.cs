using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>Settlements as they are asked of a cursor, which knows its group and partition.</summary>
[GenerateSerializer, Immutable, Alias("oq.settle-call")]
internal readonly record struct SettleCall([property: Id(0)] byte[] Settlements)
{
    public static SettleCall Of(SettleRequest request) => new(QueueRows.Of(request.Settlements));

    public SettleRequest ToRequest(string group, TopicPartition partition) => new(group, partition, QueueRows.ToSettlements(Settlements));
}

/// <summary>Which <see cref="SettleResult"/> an answer is. The numbers never change.</summary>
internal enum SettleAnswerKind
{
    Settled = 0,
    Throttled = 1,
    Fenced = 2,
    UnknownGroup = 3,
    UnknownPartition = 4,
    Refused = 5,
}

/// <summary>The answer to settlements; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.settle-answer")]
internal readonly record struct SettleAnswer([property: Id(0)] SettleAnswerKind Kind)
{
    /// <summary>Which were refused; null where none was.</summary>
    [Id(1)]
    public byte[]? Refusals { get; init; }

    [Id(2)]
    public TimeSpan After { get; init; }

    [Id(3)]
    public Refusal? Reason { get; init; }

    public static SettleAnswer Of(SettleResult result) => result switch
    {
        SettleResult.Settled settled => new(SettleAnswerKind.Settled) { Refusals = settled.Refusals.Count == 0 ? null : QueueRows.Of(settled.Refusals) },
        SettleResult.Throttled throttled => new(SettleAnswerKind.Throttled) { After = throttled.After },
        SettleResult.Fenced => new(SettleAnswerKind.Fenced),
        SettleResult.UnknownGroup => new(SettleAnswerKind.UnknownGroup),
        SettleResult.UnknownPartition => new(SettleAnswerKind.UnknownPartition),
        SettleResult.Refused refused => new(SettleAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public SettleResult ToResult() => Kind switch
    {
        SettleAnswerKind.Settled => new SettleResult.Settled(Refusals is null ? [] : QueueRows.ToRefusals(Refusals)),
        SettleAnswerKind.Throttled => new SettleResult.Throttled(After),
        SettleAnswerKind.Fenced => new SettleResult.Fenced(),
        SettleAnswerKind.UnknownGroup => new SettleResult.UnknownGroup(),
        SettleAnswerKind.UnknownPartition => new SettleResult.UnknownPartition(),
        SettleAnswerKind.Refused => new SettleResult.Refused(Reason!),
        _ => throw new InvalidDataException($"Settlements were answered with {Kind}."),
    };
}
