using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;
using OrleansQueue.Streams.Tests.Support;
using OrleansQueue.Streams.Tokens;

namespace OrleansQueue.Streams.Tests.Wire;

/// <summary>What silos and clients of two versions say to each other. What stands here was released: it never changes.</summary>
public sealed class WireTests
{
    private static readonly Guid Id = new("0197a000-0000-7000-8000-0000000000aa");

    private static readonly Type[] All = typeof(OffsetToken).Assembly.GetTypes();

    [Fact]
    public void Calls_are_those_of_the_list() => Assert.Equal(
        [
            "oq.IStreamPositionsGrain/attach(Guid, SiloAddress) -> PositionsAnswer",
            "oq.IStreamPositionsGrain/commit(Guid, SiloAddress, PositionsCall) -> Boolean",
            "oq.IStreamPositionsGrain/drop()",
            "oq.IStreamPositionsGrain/release(Guid)",
        ],
        All.Where(static type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            .SelectMany(static type => type.GetMethods().Select(method => $"{AliasOf(type)}/{AliasOf(method)}({ArgumentsOf(method)}){AnswerOf(method)}"))
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Types_are_those_of_the_list() => Assert.Equal(
        [
            "oq.delivered-token", "oq.offset-token", "oq.stream-batch", "oq.stream-events-deleted", "oq.stream-position", "oq.stream-positions-answer",
            "oq.stream-positions-call",
        ],
        All.Where(static type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !typeof(IInvokable).IsAssignableFrom(type)).Select(AliasOf).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_grain_has_a_name_of_its_own() => Assert.Equal(
        ["oq-stream-positions"],
        All.Where(static type => type.IsClass && typeof(IGrainBase).IsAssignableFrom(type))
            .Select(static type => type.GetCustomAttributesData().Single(static data => data.AttributeType == typeof(GrainTypeAttribute)).ConstructorArguments[0].Value));

    [Fact]
    public void Offset_token_is_read_as_it_was_written() => AssertSame(new OffsetToken(300), "20e8006209e0");

    [Fact]
    public void Delivered_token_is_read_as_it_was_written() => AssertSame(new DeliveredToken(300, new TopicId(Id)), "20e800620921402100a097010000007080000000000000aae0e0");

    [Fact]
    public void Positions_are_read_as_they_were_written()
    {
        var call = new PositionsCall(258, 3, [new PositionItem(Id, StreamId.Create("orders", "C-1"), 77)], []);

        var read = AssertReads(call, "20e8001208010d21000321e8402100a097010000007080000000000000aa2140136f7264657273432d31010d614941d2d5e0016a02e0e021e0e0");

        Assert.Equal((call.Frontier, call.Epoch), (read.Frontier, read.Epoch));
        Assert.Equal(call.Lagging, read.Lagging);
        Assert.Empty(read.Gone);
    }

    [Fact]
    public void Batch_is_read_as_it_was_written()
    {
        var batch = new StreamBatch
        {
            StreamId = StreamId.Create("orders", "C-1"),
            Next = 12,
            Offsets = [7, 11],
            Lengths = [2, 3],
            Values = new BatchFrame(["\"a\""u8.ToArray().AsMemory(0, 2), "345"u8.ToArray()]),
            Types = ["placed", null],
            Topic = new TopicId(Id),
        };

        var read = AssertReads(batch, "202040136f7264657273432d31010d614941d2d5e00131210005011d002de02100050109000de0410b2261333435210005410d706c61636564c001e021402100a097010000007080000000000000aae0e0");

        Assert.Equal((batch.StreamId, batch.Next, batch.Topic), (read.StreamId, read.Next, read.Topic));
        Assert.Equal(batch.Offsets, read.Offsets);
        Assert.Equal(batch.Lengths, read.Lengths);
        Assert.Equal(batch.Types, read.Types);
        Assert.Equal(batch.Values.ToMemory().ToArray(), read.Values.ToMemory().ToArray());
    }

    private static void AssertSame<T>(T value, string hex)
        where T : class => Assert.Equal(value, AssertReads(value, hex));

    /// <summary>A value is written as it was when its bytes were noted, and is read from them.</summary>
    private static T AssertReads<T>(T value, string hex)
    {
        // A client's serializer, as a batch finds there how its events are read.
        using var client = new HostBuilder().UseOrleansClient(static client => client.UseLocalhostClustering().AddOrleansQueueStreams(StreamSilos.Provider)).Build();
        var serializer = client.Services.GetRequiredService<Serializer>();
        Assert.True(hex == Convert.ToHexStringLower(serializer.SerializeToArray(value)), Convert.ToHexStringLower(serializer.SerializeToArray(value)));
        return serializer.Deserialize<T>(Convert.FromHexString(hex));
    }

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static string ArgumentsOf(MethodInfo method) => string.Join(", ", method.GetParameters().Select(static parameter => parameter.ParameterType.Name));

    private static string AnswerOf(MethodInfo method) => method.ReturnType.IsGenericType ? $" -> {method.ReturnType.GenericTypeArguments[0].Name}" : "";
}
