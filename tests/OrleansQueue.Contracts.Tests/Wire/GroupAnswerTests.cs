using OrleansQueue.Broker;
using OrleansQueue.Contracts.Tests.Support;
using OrleansQueue.Contracts.Wire.Groups;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Whatever a broker may be asked of a group and may answer arrives as it was. A new case without a mapping fails here.</summary>
public sealed class GroupAnswerTests
{
    private static readonly Position Position = new(new TopicId(Guid.NewGuid()), new Partition(3), new Offset(4), new Epoch(5));

    private static readonly GroupDescription Group = new(
        "billing",
        new GroupSettings { Kind = GroupKind.Queue, Start = new OffsetQuery.Latest(), Ephemeral = true },
        new Generation(6),
        true,
        [new MemberDescription("a", "client", ["orders", "refunds"], new Timestamp(7)), new MemberDescription("b", "", [], new Timestamp(8))],
        [new GroupPartition("orders", Position, "a", new StoppedAt(new Offset(9), "error", new Timestamp(10)), 11), new GroupPartition("refunds", Position, null, null, 0)])
    {
        PausedUntil = new Timestamp(18),
    };

    // One value for each type that a case may hold.
    private static readonly Dictionary<Type, object> Examples = new()
    {
        [typeof(GroupDescription)] = Group,
        [typeof(string)] = "twelve",
        [typeof(Refusal)] = new Refusal("a", "b", "c"),
        [typeof(GroupMember)] = new GroupMember("m", new Generation(13)),
        [typeof(GroupKind)] = GroupKind.Queue,
        [typeof(Generation)] = new Generation(14),
        [typeof(long)] = 15L,
        [typeof(IReadOnlyList<AssignedPartition>)] = new[] { new AssignedPartition("orders", Position, new Generation(16), true), new AssignedPartition("orders", Position, new Generation(17), false) },
        [typeof(IReadOnlyList<CommitRefusal>)] = new[] { new CommitRefusal(Position.TopicPartition, CommitRefusalReason.UnknownPartition, new Refusal("d", "e", "f")) },
    };

    public static TheoryData<string> Creations => CasesOf<CreateGroupResult>();

    public static TheoryData<string> Joins => CasesOf<JoinResult>();

    public static TheoryData<string> Heartbeats => CasesOf<HeartbeatResult>();

    public static TheoryData<string> Commits => CasesOf<CommitResult>();

    public static TheoryData<string> Seeks => CasesOf<SeekResult>();

    public static TheoryData<string> Committers => CasesOf<Committer>();

    [Theory]
    [MemberData(nameof(Creations))]
    public void Answer_to_a_creation_arrives(string name) => AssertArrives<CreateGroupResult, CreateGroupAnswer>(name, CreateGroupAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Joins))]
    public void Answer_to_a_join_arrives(string name) => AssertArrives<JoinResult, JoinAnswer>(name, JoinAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Heartbeats))]
    public void Answer_to_a_heartbeat_arrives(string name) => AssertArrives<HeartbeatResult, HeartbeatAnswer>(name, HeartbeatAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Commits))]
    public void Answer_to_a_commit_arrives(string name) => AssertArrives<CommitResult, CommitAnswer>(name, CommitAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Seeks))]
    public void Answer_to_a_seek_arrives(string name) => AssertArrives<SeekResult, SeekAnswer>(name, SeekAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Committers))]
    public void Commit_arrives(string name) => AssertArrives<Committer, CommitCall>(
        name, by => CommitCall.Of(new CommitRequest("billing", by, [])), call => call.ToRequest("billing").By);

    [Fact]
    public void Commits_arrive_with_and_without_metadata()
    {
        Commit[] commits = [new(Position, new Generation(1)), new(Position, new Generation(2), default(ReadOnlyMemory<byte>), 3), new(Position, new Generation(3), new byte[] { 1 })];
        var arrived = Cross(CommitCall.Of(new CommitRequest("billing", new Committer.Coordinator("c", 1), commits))).ToRequest("billing").Commits;

        Assert.Equal([null, 0, 1], arrived.Select(commit => commit.Metadata?.Length));
        Assert.Equal(Shown.Of(commits), Shown.Of(arrived));
    }

    [Fact]
    public void Requests_arrive_as_they_were_made()
    {
        var member = new GroupMember("m", new Generation(1));
        var join = new JoinRequest("billing", "m", ["orders", "refunds"]) { Create = Group.Settings, Client = "c", SessionTimeout = TimeSpan.FromSeconds(2), ReleaseTimeout = TimeSpan.FromSeconds(3) };
        var heartbeat = new HeartbeatRequest("billing", member, new Generation(4)) { Released = [new Release(Position.TopicPartition, new Generation(5))], MaxWait = TimeSpan.FromSeconds(6) };
        var stop = new StopPartitionRequest("billing", member, Position, new Generation(7), "error");
        var dead = new DeadLetterRequest("billing", member, Position, Position, new Generation(8), new byte[] { 9 });

        Assert.Equal(Shown.Of(join), Shown.Of(Cross(JoinCall.Of(join)).ToRequest("billing")));
        Assert.Equal(Shown.Of(join with { Create = null }), Shown.Of(Cross(JoinCall.Of(join with { Create = null })).ToRequest("billing")));
        Assert.Equal(Shown.Of(heartbeat), Shown.Of(Cross(HeartbeatCall.Of(heartbeat)).ToRequest("billing")));
        Assert.Equal(stop, Cross(StopPartitionCall.Of(stop)).ToRequest("billing"));
        Assert.Equal(Shown.Of(dead), Shown.Of(Cross(DeadLetterCall.Of(dead)).ToRequest("billing")));
        Assert.Equal([Position], Cross(SeekCall.Of([Position])).ToPositions());
        Assert.Equal([Position.TopicPartition], Cross(PositionsCall.Of([Position.TopicPartition])).ToPartitions());
    }

    [Fact]
    public void Assignment_of_10_000_partitions_takes_few_bytes_and_its_topics_name_once()
    {
        var partitions = Enumerable.Range(0, 10_000).Select(number => new AssignedPartition(
            new string('t', 249), Position with { Partition = new Partition(number), Offset = new Offset(1_000_000 + number) }, new Generation(12), false)).ToList();
        var answer = HeartbeatAnswer.Of(new HeartbeatResult.Assigned(new Generation(12), partitions));

        Assert.InRange(Ours.Serializer.SerializeToArray(answer).Length, 0, 120_000);
        Assert.Equal(partitions, Assert.IsType<HeartbeatResult.Assigned>(Cross(answer).ToResult()).Partitions);
    }

    [Fact]
    public void Rows_that_are_cut_or_changed_are_damage_or_other_rows_and_nothing_worse()
    {
        var rows = Rows.Of(Group.Partitions);
        for (var length = 0; length < rows.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => Rows.ToGroupPartitions(rows[..length]));
        }

        for (var i = 0; i < rows.Length * 8; i++)
        {
            var spoiled = (byte[])rows.Clone();
            spoiled[i / 8] ^= (byte)(1 << (i % 8));
            Assert.True(Record.Exception(() => Rows.ToGroupPartitions(spoiled)) is null or InvalidDataException);
        }

        Assert.Throws<InvalidDataException>(() => Rows.ToGroupPartitions([.. rows, 0]));
        Assert.Throws<InvalidDataException>(() => Rows.ToGroupPartitions(null));
    }

    [Fact]
    public void Answer_of_a_kind_that_is_not_known_is_no_answer()
    {
        Assert.Throws<InvalidDataException>(() => new CreateGroupAnswer((CreateGroupAnswerKind)99, null, null, null).ToResult());
        Assert.Throws<InvalidDataException>(() => new JoinAnswer((JoinAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new HeartbeatAnswer((HeartbeatAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new CommitAnswer((CommitAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new SeekAnswer((SeekAnswerKind)99, default, null).ToResult());
        Assert.Throws<InvalidDataException>(() => new CommitCall((CommitterKind)99, "", 0, []).ToRequest("billing"));
    }

    private static TheoryData<string> CasesOf<T>() => [.. typeof(T).GetNestedTypes().Select(type => type.Name)];

    /// <summary>Makes the case, sends it over the wire, and asserts that it is what it was.</summary>
    private static void AssertArrives<TResult, TAnswer>(string name, Func<TResult, TAnswer> send, Func<TAnswer, TResult> receive)
    {
        var constructor = typeof(TResult).GetNestedType(name)!.GetConstructors().Single();
        var result = (TResult)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Examples[parameter.ParameterType])]);

        Assert.Equal(Shown.Of(result), Shown.Of(receive(Cross(send(result)))));
    }

    private static T Cross<T>(T value) => Ours.Serializer.Deserialize<T>(Ours.Serializer.SerializeToArray(value))!;
}
