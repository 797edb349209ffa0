using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Values of every type on the wire, by the name under which their bytes are kept. No field has its default where it may have another.</summary>
internal static partial class WireValues
{
    private static readonly TopicId Topic = new(new Guid("0197a000-0000-7000-8000-0000000000aa"));

    private static readonly Position Position = new(Topic, new Partition(3), new Offset(1_234_567_890_123), new Epoch(42));

    private static readonly Refusal Refusal = new("batch", "3", "1 to 2");

    private static readonly TopicSettings Settings = new()
    {
        Partitions = 7,
        Durability = Durability.Memory,
        RetentionTime = TimeSpan.FromMinutes(5),
        RetentionBytes = 50_000_000_000,
        WhenFull = WhenFull.DropOldest,
        Timestamps = TimestampKind.Append,
        AcceptForeignCodecs = true,
    };

    private static readonly TopicSettings BareSettings = new() { Partitions = 1, RetentionTime = null, Timestamps = TimestampKind.Create };

    private static readonly DeadLetterOrigin Origin = new("billing", "orders");

    private static readonly TopicDescription Description = new("orders", Topic, Settings, 9);

    private static readonly SiloDescription Silo = new("silo-2", "S10.0.0.2:11111:5", "1.2.3", new(4), new(5));

    public static IReadOnlyList<WireValue> All { get; } = [.. Numbers(), .. Topics(), .. Produced(), .. Fetched(), .. Offsets(), .. Cluster(), .. Groups(), .. Members(), .. Commits(), .. Leases(), .. Queues()];

    private static IEnumerable<WireValue> Cluster() =>
    [
        Of("silo", new SiloRow("silo-2", "S10.0.0.2:11111:5", "1.2.3", 4, 5)),
        Of("silo that has not told", new SiloRow("silo-1", "S10.0.0.1:11111:5", null, 0, 0)),
        Of("cluster", ClusterAnswer.Of(new ClusterDescription(new StoreId(new Guid("0197a000-0000-7000-8000-0000000000bb")), "memory", new(4), [Silo]))),
        Of("raise-format-answer", RaiseFormatAnswer.Of(new RaiseFormatResult.Raised(new(3), new(5)))),
        Of("raise-format-answer newest", RaiseFormatAnswer.Of(new RaiseFormatResult.Newest(new(5)))),
        Of("raise-format-answer held back", RaiseFormatAnswer.Of(new RaiseFormatResult.HeldBack(new(4), [Silo]))),
    ];

    private static IEnumerable<WireValue> Numbers() =>
    [
        Of("topic-id", Topic),
        Of("store-id", new StoreId(new Guid("0197a000-0000-7000-8000-0000000000bb"))),
        Of("partition", new Partition(9_999)),
        Of("offset", new Offset(long.MaxValue)),
        Of("epoch none", Epoch.None),
        Of("epoch", new Epoch(int.MaxValue)),
        Of("timestamp before 1970", new Timestamp(-1)),
        Of("timestamp", new Timestamp(1_790_000_000_123)),
        Of("sequence", new Sequence(int.MaxValue)),
        Of("producer-epoch", new ProducerEpoch(short.MaxValue)),
        Of("position", Position),
        Of("refusal", Refusal),
        Of<Refusal?>("no refusal", null),
        Of("partition-status", new PartitionStatus(
            new Partition(3), new Offset(1), new Offset(2), new Offset(3), 4_000_000_000, new Epoch(5), "silo", "damage")),
        Of("partition-status held", new PartitionStatus(new Partition(0), Offset.Zero, Offset.Zero, Offset.Zero, 0, new Epoch(0), "silo", null, "group")),
        Of("partition-status sound", new PartitionStatus(new Partition(0), Offset.Zero, Offset.Zero, Offset.Zero, 0, new Epoch(0), "silo", null)),
        Of<PartitionStatus?>("no partition-status", null),
        Of("store", new StoreDescription(new StoreId(new Guid("0197a000-0000-7000-8000-0000000000bb")), "memory", "silo")),
        Of("placement-moves", new PlacementMoves(7, 8_000_000_000, true, [Topic.Value], [3], ["silo"])),
        Of("frame", new BatchFrame(new byte[] { 1, 2, 3 })),
        Of("frame of nothing", default(BatchFrame)),
    ];

    private static IEnumerable<WireValue> Topics() =>
    [
        Of("topic-settings", Settings),
        Of("topic-settings bare", BareSettings),
        Of("topic-settings fixed", BareSettings with { FixedPartitions = true }),
        Of("topic-settings of dead letters", BareSettings with { DeadLettersOf = Origin }),
        Of("dead-letter-origin", Origin),
        Of<DeadLetterOrigin?>("no dead-letter-origin", null),
        Of("topic", Description),
        Of<TopicDescription?>("no topic", null),
        Of("topics", new List<TopicDescription> { Description, new("bare", Topic, BareSettings, 1) }),
        Of("topic-answer done", new TopicAnswer(TopicAnswerKind.Done, Description, null)),
        Of("topic-answer refused", new TopicAnswer(TopicAnswerKind.Refused, null, Refusal)),
    ];

    private static IEnumerable<WireValue> Produced() =>
    [
        Of("produce-answer appended", ProduceAnswer.Of(new ProduceResult.Appended(new Offset(5), new Timestamp(1_790_000_000_123), Durability.Os))),
        Of("produce-answer duplicate", ProduceAnswer.Of(new ProduceResult.Duplicate(null, Durability.Fsync))),
        Of("produce-answer out of order", ProduceAnswer.Of(new ProduceResult.OutOfOrder(new Sequence(77)))),
        Of("produce-answer all", new ProduceAnswer(ProduceAnswerKind.Refused)
        {
            BaseOffset = new Offset(1),
            AppendTime = new Timestamp(2),
            Durability = 3,
            Expected = new Sequence(4),
            Current = new ProducerEpoch(5),
            After = TimeSpan.FromSeconds(6),
            LimitBytes = 7,
            Damage = "8",
            Reason = Refusal,
        }),
    ];

    private static IEnumerable<WireValue> Fetched() =>
    [
        Of("fetch-call", new FetchCall(new Offset(1), new Epoch(2), 3, 4, TimeSpan.FromSeconds(5))),
        Of("fetch-answer fenced", FetchAnswer.Of(new FetchResult.Fenced())),
        Of("fetch-answer empty", FetchAnswer.Of(new FetchResult.Fetched([], [], Position, Offset.Zero, Offset.Zero, Offset.Zero))),
        Of("fetch-answer all", new FetchAnswer(FetchAnswerKind.Refused)
        {
            Frame = new BatchFrame(new byte[] { 1, 2, 3 }),
            Selection = [4, 5, 6, 7],
            Next = Position,
            LogStart = new Offset(8),
            LastStable = new Offset(9),
            HighWatermark = new Offset(10),
            After = TimeSpan.FromSeconds(11),
            Damage = "12",
            Reason = Refusal,
        }),
    ];

    private static IEnumerable<WireValue> Offsets() =>
    [
        Of("offsets-call", new OffsetsCall(OffsetQueryKind.AtTime, 1_790_000_000_123)),
        Of("offsets-answer found", OffsetsAnswer.Of(new ListOffsetsResult.Found(Position))),
        Of("offsets-answer damaged", OffsetsAnswer.Of(new ListOffsetsResult.Damaged("damage"))),
    ];

    private static WireValue<T> Of<T>(string name, T value) => new(name, value);
}
