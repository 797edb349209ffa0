using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>Which <see cref="Committer"/> a call comes from. The numbers never change.</summary>
internal enum CommitterKind
{
    Member = 0,
    Coordinator = 1,
}

/// <summary>A commit as it is asked of a group, which knows its name. Who commits is a name and a number: the generation of a member's join, a coordinator's fence.</summary>
[GenerateSerializer, Immutable, Alias("oq.commit-call")]
internal readonly record struct CommitCall(
    [property: Id(0)] CommitterKind Kind, [property: Id(1)] string Name, [property: Id(2)] long Number, [property: Id(3)] byte[] Commits)
{
    public static CommitCall Of(CommitRequest request) => request.By switch
    {
        Committer.Member member => new(CommitterKind.Member, member.Who.Id, member.Who.Joined.Value, Rows.Of(request.Commits)),
        Committer.Coordinator coordinator => new(CommitterKind.Coordinator, coordinator.Name, coordinator.Fence, Rows.Of(request.Commits)),
        _ => throw new ArgumentException($"No call is known for {request.By}.", nameof(request)),
    };

    public CommitRequest ToRequest(string group) => new(
        group,
        Kind switch
        {
            CommitterKind.Member => new Committer.Member(new GroupMember(Name, new Generation(Number))),
            CommitterKind.Coordinator => new Committer.Coordinator(Name, Number),
            _ => throw new InvalidDataException($"There is no committer of kind {Kind}."),
        },
        Rows.ToCommits(Commits));
}

/// <summary>The wish to stop a partition, as it is asked of a group.</summary>
[GenerateSerializer, Immutable, Alias("oq.stop-partition-call")]
internal readonly record struct StopPartitionCall(
    [property: Id(0)] GroupMember Member, [property: Id(1)] Position Message, [property: Id(2)] Generation Since, [property: Id(3)] string Error)
{
    public static StopPartitionCall Of(StopPartitionRequest request) => new(request.Member, request.Message, request.Since, request.Error);

    public StopPartitionRequest ToRequest(string group) => new(group, Member, Message, Since, Error);
}

/// <summary>The wish to dead-letter a message, as it is asked of a group.</summary>
[GenerateSerializer, Immutable, Alias("oq.dead-letter-call")]
internal readonly record struct DeadLetterCall(
    [property: Id(0)] GroupMember Member,
    [property: Id(1)] Position Message,
    [property: Id(2)] Position Next,
    [property: Id(3)] Generation Since,
    [property: Id(4)] BatchFrame Record)
{
    public static DeadLetterCall Of(DeadLetterRequest request) => new(request.Member, request.Message, request.Next, request.Since, new BatchFrame(request.Record));

    public DeadLetterRequest ToRequest(string group) => new(group, Member, Message, Next, Since, Record.ToMemory());
}

/// <summary>Which <see cref="CommitResult"/> an answer is. The numbers never change.</summary>
internal enum CommitAnswerKind
{
    Committed = 0,
    UnknownMember = 1,
    Replaced = 2,
    CoordinatorFenced = 3,
    UnknownGroup = 4,
    Refused = 5,
}

/// <summary>The answer to a commit; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.commit-answer")]
internal readonly record struct CommitAnswer([property: Id(0)] CommitAnswerKind Kind)
{
    /// <summary>What was refused of a commit that was made; null where nothing was.</summary>
    [Id(1)]
    public byte[]? Refusals { get; init; }

    [Id(2)]
    public long Current { get; init; }

    [Id(3)]
    public Refusal? Reason { get; init; }

    public static CommitAnswer Of(CommitResult result) => result switch
    {
        CommitResult.Committed committed => new(CommitAnswerKind.Committed) { Refusals = committed.Refusals.Count == 0 ? null : Rows.Of(committed.Refusals) },
        CommitResult.UnknownMember => new(CommitAnswerKind.UnknownMember),
        CommitResult.Replaced => new(CommitAnswerKind.Replaced),
        CommitResult.CoordinatorFenced fenced => new(CommitAnswerKind.CoordinatorFenced) { Current = fenced.Current },
        CommitResult.UnknownGroup => new(CommitAnswerKind.UnknownGroup),
        CommitResult.Refused refused => new(CommitAnswerKind.Refused) { Reason = refused.Reason },
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public CommitResult ToResult() => Kind switch
    {
        CommitAnswerKind.Committed => new CommitResult.Committed(Refusals is null ? [] : Rows.ToRefusals(Refusals)),
        CommitAnswerKind.UnknownMember => new CommitResult.UnknownMember(),
        CommitAnswerKind.Replaced => new CommitResult.Replaced(),
        CommitAnswerKind.CoordinatorFenced => new CommitResult.CoordinatorFenced(Current),
        CommitAnswerKind.UnknownGroup => new CommitResult.UnknownGroup(),
        CommitAnswerKind.Refused => new CommitResult.Refused(Reason!),
        _ => throw new InvalidDataException($"A commit was answered with {Kind}."),
    };
}
