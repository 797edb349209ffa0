using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>A lease as it is asked of a cursor, which knows its group and partition; null where nothing is settled.</summary>
[GenerateSerializer, Immutable, Alias("oq.lease-call")]
internal readonly record struct LeaseCall(
    [property: Id(0)] string Owner,
    [property: Id(1)] int MaxMessages,
    [property: Id(2)] int MaxBytes,
    [property: Id(3)] TimeSpan? Duration,
    [property: Id(4)] byte[]? Settlements)
{
    public static LeaseCall Of(LeaseRequest request) => new(
        request.Owner, request.MaxMessages, request.MaxBytes, request.Duration, request.Settlements.Count == 0 ? null : QueueRows.Of(request.Settlements));

    public LeaseRequest ToRequest(string group, TopicPartition partition) => new(group, partition, Owner)
    {
        MaxMessages = MaxMessages,
        MaxBytes = MaxBytes,
        Duration = Duration,
        Settlements = Settlements is null ? [] : QueueRows.ToSettlements(Settlements),
    };
}

/// <summary>Which <see cref="LeaseResult"/> an answer is. The numbers never change.</summary>
internal enum LeaseAnswerKind
{
    Leased = 0,
    Throttled = 1,
    Fenced = 2,
    UnknownGroup = 3,
    OtherKind = 4,
    UnknownPartition = 5,
    Damaged = 6,
    Refused = 7,
}

/// <summary>The answer to a lease; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.lease-answer")]
internal readonly record struct LeaseAnswer([property: Id(0)] LeaseAnswerKind Kind)
{
    [Id(1)]
    public BatchFrame Frame { get; init; }

    /// <summary>The epoch of the lease's id.</summary>
    [Id(2)]
    public Epoch Cursor { get; init; }

    /// <summary>The number of the lease's id.</summary>
    [Id(3)]
    public long Number { get; init; }

    /// <summary>What was leased; null where nothing was.</summary>
    [Id(4)]
    public byte[]? Selection { get; init; }

    [Id(5)]
    public TimeSpan ValidFor { get; init; }

    [Id(6)]
    public bool IsRedriven { get; init; }

    [Id(7)]
    public bool HasMore { get; init; }

    /// <summary>Which settlements were refused; null where none was.</summary>
    [Id(8)]
    public byte[]? Refusals { get; init; }

    [Id(9)]
    public TimeSpan After { get; init; }

    [Id(10)]
    public int GroupKind { get; init; }

    [Id(11)]
    public string? Damage { get; init; }

    [Id(12)]
    public Refusal? Reason { get; init; }

    public static LeaseAnswer Of(LeaseResult result) => result switch
    {
        LeaseResult.Leased leased => new(LeaseAnswerKind.Leased)
        {
            Frame = new BatchFrame(leased.Parts),
            Cursor = leased.Lease.Cursor,
            Number = leased.Lease.Number,
            Selection = leased.Selection.Count == 0 ? null : QueueRows.Of(leased.Selection),
            ValidFor = leased.ValidFor,
            IsRedriven = leased.IsRedriven,
            HasMore = leased.HasMore,
            Refusals = leased.Refusals.Count == 0 ? null : QueueRows.Of(leased.Refusals),
        },
        LeaseResult.Throttled throttled => new(LeaseAnswerKind.Throttled) { After = throttled.After },
        LeaseResult.Fenced => new(LeaseAnswerKind.Fenced),
        LeaseResult.UnknownGroup => new(LeaseAnswerKind.UnknownGroup),
        LeaseResult.OtherKind other => new(LeaseAnswerKind.OtherKind) { GroupKind = (int)other.Kind },
        LeaseResult.UnknownPartition => new(LeaseAnswerKind.UnknownPartition),
        LeaseResult.Damaged damaged => new(LeaseAnswerKind.Damaged) { Damage = damaged.Reason },
        LeaseResult.Refused refused => new(LeaseAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public LeaseResult ToResult() => Kind switch
    {
        LeaseAnswerKind.Leased => new LeaseResult.Leased(
            new LeaseId(Cursor, Number),
            Frame.ToBatches(),
            Selection is null ? [] : QueueRows.ToSelection(Selection),
            ValidFor,
            IsRedriven,
            HasMore,
            Refusals is null ? [] : QueueRows.ToRefusals(Refusals)),
        LeaseAnswerKind.Throttled => new LeaseResult.Throttled(After),
        LeaseAnswerKind.Fenced => new LeaseResult.Fenced(),
        LeaseAnswerKind.UnknownGroup => new LeaseResult.UnknownGroup(),
        LeaseAnswerKind.OtherKind => new LeaseResult.OtherKind((GroupKind)GroupKind),
        LeaseAnswerKind.UnknownPartition => new LeaseResult.UnknownPartition(),
        LeaseAnswerKind.Damaged => new LeaseResult.Damaged(Damage!),
        LeaseAnswerKind.Refused => new LeaseResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A lease was answered with {Kind}."),
    };
}
