using System.Reflection;
using OrleansQueue.Contracts.Tests.Support;

namespace OrleansQueue.Contracts.Tests.Grains;

/// <summary>A call names its interface and its method by aliases, so that code can be renamed without parting silos of two versions.</summary>
public sealed class GrainInterfaceTests
{
    // In the order of their names. What stands here was released: it never changes, and nothing of it is used anew.
    private static readonly string[] Calls =
    [
        "oq.ICatalogueGrain/alter(String, TopicSettings, Int32) -> TopicAnswer",
        "oq.ICatalogueGrain/create(String, TopicSettings) -> TopicAnswer",
        "oq.ICatalogueGrain/delete(String) -> Boolean",
        "oq.ICatalogueGrain/find(String, Boolean) -> TopicDescription",
        "oq.ICatalogueGrain/list(String, Int32) -> List<TopicDescription>",
        "oq.ICatalogueGrain/open-own(String, TopicSettings) -> TopicDescription",
        "oq.IConsumerGroupGrain/commit(CommitCall) -> CommitAnswer",
        "oq.IConsumerGroupGrain/create(GroupSettings, String[]) -> CreateGroupAnswer",
        "oq.IConsumerGroupGrain/dead-letter(DeadLetterCall) -> CommitAnswer",
        "oq.IConsumerGroupGrain/delete() -> Boolean",
        "oq.IConsumerGroupGrain/describe() -> GroupDescription",
        "oq.IConsumerGroupGrain/find-queue(TopicId, Partition) -> QueueLookupAnswer",
        "oq.IConsumerGroupGrain/heartbeat(HeartbeatCall) -> HeartbeatAnswer",
        "oq.IConsumerGroupGrain/join(JoinCall) -> JoinAnswer",
        "oq.IConsumerGroupGrain/leave(GroupMember) -> Boolean",
        "oq.IConsumerGroupGrain/pause() -> Boolean",
        "oq.IConsumerGroupGrain/read-positions(PositionsCall) -> PositionsAnswer",
        "oq.IConsumerGroupGrain/report-queue(TopicId, Partition, QueueReportCall) -> QueueReportAnswer",
        "oq.IConsumerGroupGrain/resume() -> Boolean",
        "oq.IConsumerGroupGrain/seek(SeekCall) -> SeekAnswer",
        "oq.IConsumerGroupGrain/stop-partition(StopPartitionCall) -> CommitAnswer",
        "oq.IConsumerGroupGrain/wait-for-messages(WaitCall) -> WaitAnswer",
        "oq.IDutyHolderGrain/run-duty() -> Timestamp?",
        "oq.IDutyIndexGrain/run-due()",
        "oq.IDutyIndexGrain/set(GrainId, Timestamp?)",
        "oq.IFormatGrain/announce(SiloRow) -> Int32",
        "oq.IFormatGrain/describe() -> ClusterAnswer",
        "oq.IFormatGrain/raise() -> RaiseFormatAnswer",
        "oq.IGroupIndexGrain/has(String) -> Boolean",
        "oq.IGroupIndexGrain/list(String, Int32) -> List<GroupSummary>",
        "oq.IGroupIndexGrain/put(GroupSummary, Epoch)",
        "oq.IGroupIndexGrain/remove(String, Epoch)",
        "oq.IPartitionGrain/apply(TopicSettings, Int32)",
        "oq.IPartitionGrain/delete()",
        "oq.IPartitionGrain/describe() -> PartitionStatus",
        "oq.IPartitionGrain/fetch(FetchCall) -> FetchAnswer",
        "oq.IPartitionGrain/list-offsets(OffsetsCall) -> OffsetsAnswer",
        "oq.IPartitionGrain/produce(BatchFrame) -> ProduceAnswer",
        "oq.IPlacementGrain/drain(SiloAddress)",
        "oq.IPlacementGrain/forget(TopicId)",
        "oq.IPlacementGrain/moves-since(Int32, Int64) -> PlacementMoves",
        "oq.IPlacementGrain/place(Guid[], Int32[]) -> String[]",
        "oq.IQueueCursorGrain/describe() -> QueueStatus",
        "oq.IQueueCursorGrain/drop()",
        "oq.IQueueCursorGrain/find-dead-letters() -> DeadLetters",
        "oq.IQueueCursorGrain/find-needed() -> Offset?",
        "oq.IQueueCursorGrain/lease(LeaseCall) -> LeaseAnswer",
        "oq.IQueueCursorGrain/purge(LettersCall) -> Int64?",
        "oq.IQueueCursorGrain/redrive(LettersCall) -> Int64?",
        "oq.IQueueCursorGrain/seek(Position)",
        "oq.IQueueCursorGrain/settle(SettleCall) -> SettleAnswer",
        "oq.IQueueCursorGrain/watch(Int64, TimeSpan) -> WatchAnswer",
        "oq.IStoreGrain/describe() -> StoreDescription",
        "oq.ITopicGrain/delete(Int32)",
        "oq.ITopicGrain/find(Partition?) -> TopicDescription",
        "oq.ITopicGrain/keep(TopicDescription)",
    ];

    [Fact]
    public void Every_interface_has_an_alias() => Assert.All(Ours.GrainInterfaces, type => Assert.NotNull(AliasOf(type)));

    [Fact]
    public void Every_method_has_an_alias() => Assert.All(Ours.GrainInterfaces.SelectMany(type => type.GetMethods()), method => Assert.NotNull(AliasOf(method)));

    [Fact]
    public void Aliases_are_given_once()
    {
        Assert.Equal(Ours.GrainInterfaces.Count, Ours.GrainInterfaces.Select(AliasOf).Distinct().Count());
        Assert.All(Ours.GrainInterfaces, type => Assert.Equal(type.GetMethods().Length, type.GetMethods().Select(AliasOf).Distinct().Count()));
    }

    [Fact]
    public void Calls_are_those_of_the_list() => Assert.Equal(
        Calls,
        Ours.GrainInterfaces.SelectMany(type => type.GetMethods().Select(method => $"{AliasOf(type)}/{AliasOf(method)}({ArgumentsOf(method)}){AnswerOf(method)}"))
            .Order(StringComparer.Ordinal));

    /// <summary>A grain that answers some calls itself would be asked under a name of its class.</summary>
    [Fact]
    public void Every_grain_has_a_name_of_its_own() => Assert.Equal(
        ["oq-catalogue", "oq-duties", "oq-format", "oq-group", "oq-groups", "oq-partition", "oq-placement", "oq-queue", "oq-store", "oq-topic"],
        Ours.Assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsClass && typeof(IGrainBase).IsAssignableFrom(type))
            .Select(type => type.GetCustomAttributesData().Single(data => data.AttributeType == typeof(GrainTypeAttribute)).ConstructorArguments[0].Value as string)
            .Order(StringComparer.Ordinal));

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static string ArgumentsOf(MethodInfo method) => string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)));

    private static string AnswerOf(MethodInfo method) => method.ReturnType.IsGenericType ? $" -> {NameOf(method.ReturnType.GenericTypeArguments[0])}" : "";

    private static string NameOf(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? $"{NameOf(value)}?"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
        : type.Name;
}
