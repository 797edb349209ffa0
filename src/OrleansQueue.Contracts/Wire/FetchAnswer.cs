using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire;

/// <summary>A fetch as it is asked of a partition, which knows its topic and number.</summary>
[GenerateSerializer, Immutable, Alias("oq.fetch-call")]
internal readonly record struct FetchCall(
    [property: Id(0)] Offset Offset, [property: Id(1)] Epoch Epoch, [property: Id(2)] int MaxBytes, [property: Id(3)] int MaxRecords, [property: Id(4)] TimeSpan MaxWait)
{
    public static FetchCall Of(FetchRequest request) =>
        new(request.From.Offset, request.From.Epoch, request.MaxBytes, request.MaxRecords, request.MaxWait);

    public FetchRequest ToRequest(TopicId topic, Partition partition) =>
        new(new Position(topic, partition, Offset, Epoch)) { MaxBytes = MaxBytes, MaxRecords = MaxRecords, MaxWait = MaxWait };
}

/// <summary>Which <see cref="FetchResult"/> an answer is. The numbers never change.</summary>
internal enum FetchAnswerKind
{
    Fetched = 0,
    TopicReplaced = 1,
    Diverged = 2,
    Overtaken = 3,
    Fenced = 4,
    Throttled = 5,
    UnknownPartition = 6,
    Damaged = 7,
    Refused = 8,
}

/// <summary>The answer to a fetch; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.fetch-answer")]
internal readonly record struct FetchAnswer([property: Id(0)] FetchAnswerKind Kind)
{
    [Id(1)]
    public BatchFrame Frame { get; init; }

    /// <summary>First and end of each range of offsets that is selected, one behind the other.</summary>
    [Id(2)]
    public long[]? Selection { get; init; }

    /// <summary>Where to read on.</summary>
    [Id(3)]
    public Position Next { get; init; }

    [Id(4)]
    public Offset LogStart { get; init; }

    [Id(5)]
    public Offset LastStable { get; init; }

    [Id(6)]
    public Offset HighWatermark { get; init; }

    [Id(7)]
    public TimeSpan After { get; init; }

    [Id(8)]
    public string? Damage { get; init; }

    [Id(9)]
    public Refusal? Reason { get; init; }

    public static FetchAnswer Of(FetchResult result) => result switch
    {
        FetchResult.Fetched fetched => new(FetchAnswerKind.Fetched)
        {
            Frame = new BatchFrame(fetched.Parts),
            Selection = [.. fetched.Selection.SelectMany(range => new[] { range.First.Value, range.End.Value })],
            Next = fetched.Next,
            LogStart = fetched.LogStart,
            LastStable = fetched.LastStable,
            HighWatermark = fetched.HighWatermark,
        },
        FetchResult.TopicReplaced replaced => new(FetchAnswerKind.TopicReplaced) { Next = new Position(replaced.Current, default, default, Epoch.None) },
        FetchResult.Diverged diverged => new(FetchAnswerKind.Diverged) { Next = diverged.LastCommon },
        FetchResult.Overtaken overtaken => new(FetchAnswerKind.Overtaken) { Next = overtaken.LogStart },
        FetchResult.Fenced => new(FetchAnswerKind.Fenced),
        FetchResult.Throttled throttled => new(FetchAnswerKind.Throttled) { After = throttled.After },
        FetchResult.UnknownPartition => new(FetchAnswerKind.UnknownPartition),
        FetchResult.Damaged damaged => new(FetchAnswerKind.Damaged) { Damage = damaged.Reason },
        FetchResult.Refused refused => new(FetchAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public FetchResult ToResult() => Kind switch
    {
        FetchAnswerKind.Fetched => new FetchResult.Fetched(Frame.ToBatches(), RangesOf(Selection ?? []), Next, LogStart, LastStable, HighWatermark),
        FetchAnswerKind.TopicReplaced => new FetchResult.TopicReplaced(Next.Topic),
        FetchAnswerKind.Diverged => new FetchResult.Diverged(Next),
        FetchAnswerKind.Overtaken => new FetchResult.Overtaken(Next),
        FetchAnswerKind.Fenced => new FetchResult.Fenced(),
        FetchAnswerKind.Throttled => new FetchResult.Throttled(After),
        FetchAnswerKind.UnknownPartition => new FetchResult.UnknownPartition(),
        FetchAnswerKind.Damaged => new FetchResult.Damaged(Damage!),
        FetchAnswerKind.Refused => new FetchResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A fetch was answered with {Kind}."),
    };

    private static OffsetRange[] RangesOf(long[] ends)
    {
        var ranges = new OffsetRange[ends.Length / 2];
        for (var i = 0; i < ranges.Length; i++)
        {
            ranges[i] = new OffsetRange(new Offset(ends[2 * i]), new Offset(ends[(2 * i) + 1]));
        }

        return ranges;
    }
}
