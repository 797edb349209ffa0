using OrleansQueue.Broker;
using OrleansQueue.Contracts.Tests.Support;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Whatever a broker may be asked of a queue group and may answer arrives as it was. A new case without a mapping fails here.</summary>
public sealed class QueueAnswerTests
{
    private static readonly TopicPartition Partition = new(new TopicId(Guid.NewGuid()), new Partition(3));

    private static readonly LeaseId Lease = new(new Epoch(4), 5);

    // One value for each type that a case may hold.
    private static readonly Dictionary<Type, object> Examples = new()
    {
        [typeof(LeaseId)] = Lease,
        [typeof(IReadOnlyList<ReadOnlyMemory<byte>>)] = new ReadOnlyMemory<byte>[] { new byte[] { 6, 7 } },
        [typeof(IReadOnlyList<LeasedRange>)] = new[] { new LeasedRange(new Offset(8), new Offset(9), 10), new LeasedRange(new Offset(11), new Offset(99), 1) },
        [typeof(IReadOnlyList<SettleRefusal>)] = new[] { new SettleRefusal(Lease, new(new Offset(12), new Offset(13))) },
        [typeof(IReadOnlyList<ReadyPartition>)] = new[] { new ReadyPartition(Partition, 14), new ReadyPartition(Partition with { Partition = new(15) }, 16) },
        [typeof(TimeSpan)] = TimeSpan.FromMilliseconds(17),
        [typeof(bool)] = true,
        [typeof(GroupKind)] = GroupKind.Queue,
        [typeof(string)] = "eighteen",
        [typeof(Refusal)] = new Refusal("a", "b", "c"),
        [typeof(QueueAssignment)] = new QueueAssignment(
            "orders", 19, Durability.Os, new Epoch(20), new Position(Partition.Topic, Partition.Partition, new Offset(21), new Epoch(22)), new QueueSettings { MaxDeliveries = 23 }, true),
    };

    public static TheoryData<string> Leases => CasesOf<LeaseResult>();

    public static TheoryData<string> Settles => CasesOf<SettleResult>();

    public static TheoryData<string> Waits => CasesOf<WaitResult>();

    public static TheoryData<string> Lookups => CasesOf<QueueLookup>();

    [Theory]
    [MemberData(nameof(Leases))]
    public void Answer_to_a_lease_arrives(string name) => AssertArrives<LeaseResult, LeaseAnswer>(name, LeaseAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Settles))]
    public void Answer_to_settlements_arrives(string name) => AssertArrives<SettleResult, SettleAnswer>(name, SettleAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Waits))]
    public void Answer_to_a_wait_arrives(string name) => AssertArrives<WaitResult, WaitAnswer>(name, WaitAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Lookups))]
    public void What_a_group_says_of_a_partition_arrives(string name) => AssertArrives<QueueLookup, QueueLookupAnswer>(name, QueueLookupAnswer.Of, answer => answer.ToLookup());

    [Fact]
    public void Lease_of_no_message_arrives_without_parts()
    {
        var nothing = new LeaseResult.Leased(default, [], [], TimeSpan.Zero, false, false, []);

        Assert.Equal(Shown.Of(nothing), Shown.Of(Cross(LeaseAnswer.Of(nothing)).ToResult()));
    }

    [Fact]
    public void Requests_arrive_as_they_were_made()
    {
        Settlement[] settlements = [new(Lease, new(new Offset(1), new Offset(2)), SettlementKind.Abandon) { Time = TimeSpan.Zero, Error = "" }];
        var bare = new LeaseRequest("billing", Partition, "host");
        var lease = bare with { MaxMessages = 0, MaxBytes = 1, Duration = TimeSpan.FromHours(12), Settlements = settlements };
        var settle = new SettleRequest("billing", Partition, settlements);
        var wait = new WaitRequest("billing", new GroupMember("m", new Generation(1))) { MaxWait = TimeSpan.FromSeconds(2) };
        var settings = new GroupSettings { Queue = new() { Lease = TimeSpan.FromSeconds(1), MaxDeliveries = 2, Backoff = TimeSpan.FromSeconds(3), MaxBackoff = TimeSpan.FromSeconds(4), OrderedByKey = true, ParkKeys = true, TenantHeader = "t", Breaker = new() { LeastDeliveries = 5 } } };

        Assert.Equal(Shown.Of(bare), Shown.Of(Cross(LeaseCall.Of(bare)).ToRequest("billing", Partition)));
        Assert.Equal(Shown.Of(lease), Shown.Of(Cross(LeaseCall.Of(lease)).ToRequest("billing", Partition)));
        Assert.Equal(Shown.Of(settle), Shown.Of(Cross(SettleCall.Of(settle)).ToRequest("billing", Partition)));
        Assert.Equal(wait, Cross(WaitCall.Of(wait)).ToRequest("billing"));
        Assert.Equal(settings, Cross(settings));
        Assert.Equal(new BreakerSettings(), Cross(new QueueSettings()).Breaker);
        Assert.Null(Cross(new QueueSettings { Breaker = null }).Breaker);
        Assert.Equal(new QueueNews(5, 6), Cross(WatchAnswer.Of(new QueueNews(5, 6))).ToNews());
    }

    [Fact]
    public void What_a_cursor_reports_and_what_it_may_lease_arrive()
    {
        foreach (var report in Enum.GetValues<ProbeState>().Select(probe => new QueueReport(1, 2, probe, true)))
        {
            Assert.Equal(report, Cross(QueueReportCall.Of(report)).ToReport());
        }

        Assert.All(Enum.GetValues<QueuePermit>(), permit => Assert.Equal(permit, Cross(QueueReportAnswer.Of(permit)).ToPermit()));
    }

    [Fact]
    public void All_letters_are_other_than_none()
    {
        Assert.Null(Cross(LettersCall.Of(null)).ToLetters());
        Assert.Empty(Cross(LettersCall.Of([])).ToLetters()!);
        Assert.Equal([new(new Offset(1), new Offset(9))], Cross(LettersCall.Of([new(new Offset(1), new Offset(9))])).ToLetters()!);
    }

    [Fact]
    public void Answer_of_a_kind_that_is_not_known_is_no_answer()
    {
        Assert.Throws<InvalidDataException>(() => new LeaseAnswer((LeaseAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new SettleAnswer((SettleAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new WaitAnswer((WaitAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new QueueLookupAnswer((QueueLookupAnswerKind)99).ToLookup());
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
