using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>A join as it is asked of a group, which knows its name.</summary>
[GenerateSerializer, Immutable, Alias("oq.join-call")]
internal readonly record struct JoinCall(
    [property: Id(0)] string MemberId,
    [property: Id(1)] string[] Topics,
    [property: Id(2)] GroupSettings? Create,
    [property: Id(3)] string Client,
    [property: Id(4)] TimeSpan SessionTimeout,
    [property: Id(5)] TimeSpan ReleaseTimeout)
{
    public static JoinCall Of(JoinRequest request) =>
        new(request.MemberId, [.. request.Topics], request.Create, request.Client, request.SessionTimeout, request.ReleaseTimeout);

    public JoinRequest ToRequest(string group) => new(group, MemberId, Topics)
    {
        Create = Create,
        Client = Client,
        SessionTimeout = SessionTimeout,
        ReleaseTimeout = ReleaseTimeout,
    };
}

/// <summary>Which <see cref="JoinResult"/> an answer is. The numbers never change.</summary>
internal enum JoinAnswerKind
{
    Joined = 0,
    UnknownGroup = 1,
    OtherKind = 2,
    UnknownTopic = 3,
    Refused = 4,
}

/// <summary>The answer to a join; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.join-answer")]
internal readonly record struct JoinAnswer([property: Id(0)] JoinAnswerKind Kind)
{
    [Id(1)]
    public GroupMember Member { get; init; }

    [Id(2)]
    public int GroupKind { get; init; }

    [Id(3)]
    public string? Topic { get; init; }

    [Id(4)]
    public Refusal? Reason { get; init; }

    public static JoinAnswer Of(JoinResult result) => result switch
    {
        JoinResult.Joined joined => new(JoinAnswerKind.Joined) { Member = joined.Member },
        JoinResult.UnknownGroup => new(JoinAnswerKind.UnknownGroup),
        JoinResult.OtherKind other => new(JoinAnswerKind.OtherKind) { GroupKind = (int)other.Kind },
        JoinResult.UnknownTopic unknown => new(JoinAnswerKind.UnknownTopic) { Topic = unknown.Topic },
        JoinResult.Refused refused => new(JoinAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public JoinResult ToResult() => Kind switch
    {
        JoinAnswerKind.Joined => new JoinResult.Joined(Member),
        JoinAnswerKind.UnknownGroup => new JoinResult.UnknownGroup(),
        JoinAnswerKind.OtherKind => new JoinResult.OtherKind((GroupKind)GroupKind),
        JoinAnswerKind.UnknownTopic => new JoinResult.UnknownTopic(Topic!),
        JoinAnswerKind.Refused => new JoinResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A join was answered with {Kind}."),
    };
}
