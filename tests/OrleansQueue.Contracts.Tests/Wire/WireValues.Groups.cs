using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Groups;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Values of consumer groups.</summary>
internal static partial class WireValues
{
    private static GroupMember Member => new("m-1", new Generation(7));

    private static GroupSettings GroupSettings => new() { Kind = GroupKind.Queue, Start = new OffsetQuery.AtTime(new Timestamp(1_790_000_000_123)), Ephemeral = true };

    private static GroupDescription Group => new(
        "billing",
        GroupSettings,
        new Generation(9),
        true,
        [new("m-1", "host 1", ["orders", "refunds"], new Timestamp(1_790_000_000_123)), new("m-2", "", ["orders"], new Timestamp(5))],
        [
            new("orders", Position, "m-1", new StoppedAt(new Offset(6), "broken", new Timestamp(7)), 8),
            new("orders", Position with { Partition = new Partition(4), Epoch = Epoch.None }, null, null, 0),
        ]);

    private static CommitRefusal[] Refusals =>
    [
        new(Position.TopicPartition, CommitRefusalReason.BeyondEnd, new Refusal("commit offset", "7", "0 to 6")),
        new(new TopicPartition(Topic, new Partition(4)), CommitRefusalReason.NotOwner, new Refusal("commit generation", "7", "8 to 9")),
    ];

    private static IEnumerable<WireValue> Groups() =>
    [
        Of("generation", new Generation(long.MaxValue)),
        Of("group-member", Member),
        Of("group-settings", GroupSettings),
        Of("group-settings of a queue", GroupSettings with { Queue = QueueSettings }),
        Of<GroupSettings?>("no group-settings", null),
        Of("group-summary", new GroupSummary("billing", GroupKind.Queue)),
        Of("group-summaries", new List<GroupSummary> { new("a", GroupKind.Stream), new("b", GroupKind.Queue) }),
        Of("group", Group),
        Of("group whose failures pause it", Group with { PausedUntil = new Timestamp(1_790_000_030_123) }),
        Of<GroupDescription?>("no group", null),
        Of("create-group-answer created", CreateGroupAnswer.Of(new CreateGroupResult.Created(Group))),
        Of("create-group-answer unknown topic", CreateGroupAnswer.Of(new CreateGroupResult.UnknownTopic("orders"))),
        Of("create-group-answer refused", CreateGroupAnswer.Of(new CreateGroupResult.Refused(Refusal))),
        Of("seek-call", SeekCall.Of([Position, Position with { Partition = new Partition(4) }])),
        Of("seek-answer done", SeekAnswer.Of(new SeekResult.Done(new Generation(9)))),
        Of("seek-answer refused", SeekAnswer.Of(new SeekResult.Refused(Refusal))),
        Of("positions-call", PositionsCall.Of([Position.TopicPartition, new(Topic, new Partition(4))])),
        Of("positions-answer", PositionsAnswer.Of([new(Position, new byte[] { 1, 2, 3 }), new(Position with { Partition = new Partition(4) }, null)])),
        Of("positions-answer of no group", PositionsAnswer.Of(null)),
    ];

    private static IEnumerable<WireValue> Members() =>
    [
        Of("join-call", JoinCall.Of(new JoinRequest("billing", "m-1", ["orders", "refunds"])
        {
            Create = GroupSettings,
            Client = "host 1",
            SessionTimeout = TimeSpan.FromSeconds(31),
            ReleaseTimeout = TimeSpan.FromSeconds(32),
        })),
        Of("join-answer joined", JoinAnswer.Of(new JoinResult.Joined(Member))),
        Of("join-answer unknown group", JoinAnswer.Of(new JoinResult.UnknownGroup())),
        Of("join-answer all", new JoinAnswer(JoinAnswerKind.Refused) { Member = Member, GroupKind = 1, Topic = "orders", Reason = Refusal }),
        Of("heartbeat-call", HeartbeatCall.Of(new HeartbeatRequest("billing", Member, new Generation(8))
        {
            Released = [new(Position.TopicPartition, new Generation(6)), new(new(Topic, new Partition(4)), new Generation(7))],
            MaxWait = TimeSpan.FromSeconds(5),
        })),
        Of("heartbeat-call that releases nothing", HeartbeatCall.Of(new HeartbeatRequest("billing", Member, Generation.None))),
        Of("heartbeat-answer unchanged", HeartbeatAnswer.Of(new HeartbeatResult.Unchanged())),
        Of("heartbeat-answer assigned", HeartbeatAnswer.Of(new HeartbeatResult.Assigned(
            new Generation(9),
            [new("orders", Position, new Generation(8), true), new("orders", Position with { Partition = new Partition(4) }, new Generation(9), false)]))),
        Of("heartbeat-answer assigned nothing", HeartbeatAnswer.Of(new HeartbeatResult.Assigned(new Generation(9), []))),
    ];

    private static IEnumerable<WireValue> Commits() =>
    [
        Of("commit-call of a member", CommitCall.Of(new CommitRequest(
            "billing", new Committer.Member(Member), [new(Position, new Generation(8), new byte[] { 1, 2, 3 }, 4), new(Position with { Partition = new Partition(4) }, new Generation(8))]))),
        Of("commit-call of a coordinator", CommitCall.Of(new CommitRequest("billing", new Committer.Coordinator("c", 5), []))),
        Of("stop-partition-call", StopPartitionCall.Of(new StopPartitionRequest("billing", Member, Position, new Generation(8), "broken"))),
        Of("dead-letter-call", DeadLetterCall.Of(new DeadLetterRequest(
            "billing", Member, Position, Position with { Offset = Position.Offset.Plus(1) }, new Generation(8), new byte[] { 1, 2, 3 }))),
        Of("commit-answer", CommitAnswer.Of(new CommitResult.Committed([]))),
        Of("commit-answer with refusals", CommitAnswer.Of(new CommitResult.Committed(Refusals))),
        Of("commit-answer all", new CommitAnswer(CommitAnswerKind.Refused) { Refusals = [2, 3], Current = 4, Reason = Refusal }),
    ];
}
