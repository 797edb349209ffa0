using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>A heartbeat as it is sent to a group, which knows its name; null where nothing is released.</summary>
[GenerateSerializer, Immutable, Alias("oq.heartbeat-call")]
internal readonly record struct HeartbeatCall(
    [property: Id(0)] GroupMember Member, [property: Id(1)] Generation Known, [property: Id(2)] byte[]? Released, [property: Id(3)] TimeSpan MaxWait)
{
    public static HeartbeatCall Of(HeartbeatRequest request) =>
        new(request.Member, request.Known, request.Released.Count == 0 ? null : Rows.Of(request.Released), request.MaxWait);

    public HeartbeatRequest ToRequest(string group) =>
        new(group, Member, Known) { Released = Released is null ? [] : Rows.ToReleases(Released), MaxWait = MaxWait };
}

/// <summary>Which <see cref="HeartbeatResult"/> an answer is. The numbers never change.</summary>
internal enum HeartbeatAnswerKind
{
    Unchanged = 0,
    Assigned = 1,
    UnknownMember = 2,
    Replaced = 3,
    UnknownGroup = 4,
}

/// <summary>The answer to a heartbeat; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.heartbeat-answer")]
internal readonly record struct HeartbeatAnswer([property: Id(0)] HeartbeatAnswerKind Kind)
{
    [Id(1)]
    public Generation Generation { get; init; }

    [Id(2)]
    public byte[]? Partitions { get; init; }

    public static HeartbeatAnswer Of(HeartbeatResult result) => result switch
    {
        HeartbeatResult.Unchanged => new(HeartbeatAnswerKind.Unchanged),
        HeartbeatResult.Assigned assigned => new(HeartbeatAnswerKind.Assigned) { Generation = assigned.Generation, Partitions = Rows.Of(assigned.Partitions) },
        HeartbeatResult.UnknownMember => new(HeartbeatAnswerKind.UnknownMember),
        HeartbeatResult.Replaced => new(HeartbeatAnswerKind.Replaced),
        HeartbeatResult.UnknownGroup => new(HeartbeatAnswerKind.UnknownGroup),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public HeartbeatResult ToResult() => Kind switch
    {
        HeartbeatAnswerKind.Unchanged => new HeartbeatResult.Unchanged(),
        HeartbeatAnswerKind.Assigned => new HeartbeatResult.Assigned(Generation, Rows.ToAssigned(Partitions)),
        HeartbeatAnswerKind.UnknownMember => new HeartbeatResult.UnknownMember(),
        HeartbeatAnswerKind.Replaced => new HeartbeatResult.Replaced(),
        HeartbeatAnswerKind.UnknownGroup => new HeartbeatResult.UnknownGroup(),
        _ => throw new InvalidDataException($"A heartbeat was answered with {Kind}."),
    };
}
