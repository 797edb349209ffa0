using OrleansQueue.Broker;
using OrleansQueue.Contracts.Tests.Support;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Whatever a broker may answer arrives as it was answered. A new case without a mapping fails here.</summary>
public sealed class AnswerTests
{
    private static readonly Position Position = new(new TopicId(Guid.NewGuid()), new Partition(3), new Offset(4), new Epoch(5));

    // One value for each type that a case may hold; where the name of a type tells too little, one for the name.
    private static readonly Dictionary<Type, object?> Examples = new object[]
    {
        Position, Position.Topic, new Partition(6), new Offset(7), new Epoch(8), new Timestamp(9), new Sequence(10), new ProducerEpoch(11),
        Durability.Os, TimeSpan.FromMilliseconds(12), 13L, "fourteen", new Refusal("a", "b", "c"),
        new TopicDescription("orders", Position.Topic, new TopicSettings { Partitions = 15, RetentionTime = null }, 16),
    }.ToDictionary(value => value.GetType(), value => (object?)value).Concat(new Dictionary<Type, object?>
    {
        [typeof(Offset?)] = new Offset(17),
        [typeof(IReadOnlyList<ReadOnlyMemory<byte>>)] = new ReadOnlyMemory<byte>[] { new byte[] { 18, 19 } },
        [typeof(IReadOnlyList<OffsetRange>)] = new[] { new OffsetRange(new Offset(20), new Offset(21)), new OffsetRange(new Offset(22), new Offset(23)) },
    }).ToDictionary();

    public static TheoryData<string> Produces => CasesOf<ProduceResult>();

    public static TheoryData<string> Fetches => CasesOf<FetchResult>();

    public static TheoryData<string> Offsets => CasesOf<ListOffsetsResult>();

    public static TheoryData<string> Queries => CasesOf<OffsetQuery>();

    public static TheoryData<string> Creates => CasesOf<CreateTopicResult>();

    public static TheoryData<string> Alters => CasesOf<AlterTopicResult>();

    [Theory]
    [MemberData(nameof(Produces))]
    public void Answer_to_a_produce_arrives(string name) => AssertArrives<ProduceResult, ProduceAnswer>(name, ProduceAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Fetches))]
    public void Answer_to_a_fetch_arrives(string name) => AssertArrives<FetchResult, FetchAnswer>(name, FetchAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Offsets))]
    public void Place_arrives(string name) => AssertArrives<ListOffsetsResult, OffsetsAnswer>(name, OffsetsAnswer.Of, answer => answer.ToResult());

    [Theory]
    [MemberData(nameof(Queries))]
    public void Question_for_a_place_arrives(string name) => AssertArrives<OffsetQuery, OffsetsCall>(name, OffsetsCall.Of, call => call.ToQuery());

    [Theory]
    [MemberData(nameof(Creates))]
    public void Answer_to_a_creation_arrives(string name) => AssertArrives<CreateTopicResult, TopicAnswer>(name, TopicAnswer.Of, answer => answer.ToCreateResult());

    [Theory]
    [MemberData(nameof(Alters))]
    public void Answer_to_a_change_arrives(string name) => AssertArrives<AlterTopicResult, TopicAnswer>(name, TopicAnswer.Of, answer => answer.ToAlterResult());

    [Fact]
    public void Duplicate_whose_place_is_forgotten_arrives() => Assert.Equal(
        new ProduceResult.Duplicate(null, Durability.Memory), ProduceAnswer.Of(new ProduceResult.Duplicate(null, Durability.Memory)).ToResult());

    [Fact]
    public void Fetch_that_found_nothing_arrives_without_parts()
    {
        var nothing = new FetchResult.Fetched([], [], Position, new Offset(1), new Offset(2), new Offset(3));

        Assert.Equal(Shown.Of(nothing), Shown.Of(Cross(FetchAnswer.Of(nothing)).ToResult()));
    }

    [Fact]
    public void Fetch_arrives_as_it_was_asked()
    {
        var request = new FetchRequest(Position) { MaxBytes = 24, MaxRecords = 25, MaxWait = TimeSpan.FromSeconds(26) };

        Assert.Equal(request, Cross(FetchCall.Of(request)).ToRequest(Position.Topic, Position.Partition));
    }

    [Fact]
    public void Answer_of_a_kind_that_is_not_known_is_no_answer()
    {
        Assert.Throws<InvalidDataException>(() => new ProduceAnswer((ProduceAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new FetchAnswer((FetchAnswerKind)99).ToResult());
        Assert.Throws<InvalidDataException>(() => new OffsetsAnswer((OffsetsAnswerKind)99, default, null).ToResult());
        Assert.Throws<InvalidDataException>(() => new OffsetsCall((OffsetQueryKind)99, 0).ToQuery());
        Assert.Throws<InvalidDataException>(() => new TopicAnswer((TopicAnswerKind)99, null, null).ToCreateResult());
        Assert.Throws<InvalidDataException>(() => new TopicAnswer((TopicAnswerKind)99, null, null).ToAlterResult());
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
