using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Values of groups of kind Queue.</summary>
internal static partial class WireValues
{
    private static QueueSettings QueueSettings => new()
    {
        Lease = TimeSpan.FromSeconds(31),
        MaxDeliveries = 11,
        Backoff = TimeSpan.FromSeconds(2),
        MaxBackoff = TimeSpan.FromMinutes(6),
        OrderedByKey = true,
    };

    private static BreakerSettings Breaker => new() { FailureRatio = 0.75, LeastDeliveries = 30, Window = TimeSpan.FromSeconds(31), Pause = TimeSpan.FromSeconds(32) };

    private static LeaseId Lease => new(new Epoch(42), 1_234_567_890_123);

    private static Settlement[] Settlements =>
    [
        new(Lease, Range(5, 7), SettlementKind.Complete),
        new(Lease, Range(7, 8), SettlementKind.Abandon) { Time = TimeSpan.FromSeconds(3), Error = "IOException: gone" },
        new(Lease with { Number = 9 }, Range(4, 5), SettlementKind.DeadLetter) { Reason = "rejected", Error = "IOException: gone" },
        new(Lease with { Number = 9 }, Range(10, 500), SettlementKind.Renew) { Time = TimeSpan.FromMinutes(1) },
    ];

    private static SettleRefusal[] SettleRefusals => [new(Lease, Range(5, 7)), new(Lease, Range(9, 10)), new(new LeaseId(new Epoch(43), 1), Range(0, 1))];

    private static LeaseResult.Leased Leased => new(
        Lease,
        [new byte[] { 1, 2 }, new byte[] { 3 }],
        [new(new Offset(5), new Offset(7), 1), new(new Offset(9), new Offset(500), 3)],
        TimeSpan.FromSeconds(30),
        true,
        true,
        SettleRefusals);

    private static IEnumerable<WireValue> Leases() =>
    [
        Of("lease-call", LeaseCall.Of(new LeaseRequest("billing", Position.TopicPartition, "host 1")
        {
            MaxMessages = 501,
            MaxBytes = 1_000_000,
            Duration = TimeSpan.FromSeconds(31),
            Settlements = Settlements,
        })),
        Of("lease-call that settles nothing", LeaseCall.Of(new LeaseRequest("billing", Position.TopicPartition, "host 1"))),
        Of("lease-answer leased", LeaseAnswer.Of(Leased)),
        Of("lease-answer of no messages", LeaseAnswer.Of(new LeaseResult.Leased(default, [], [], TimeSpan.Zero, false, false, []))),
        Of("lease-answer fenced", LeaseAnswer.Of(new LeaseResult.Fenced())),
        Of("lease-answer all", new LeaseAnswer(LeaseAnswerKind.Refused)
        {
            Frame = new(new byte[] { 1, 2, 3 }),
            Cursor = new Epoch(2),
            Number = 3,
            Selection = [4],
            ValidFor = TimeSpan.FromSeconds(5),
            IsRedriven = true,
            HasMore = true,
            Refusals = [6],
            After = TimeSpan.FromSeconds(7),
            GroupKind = 8,
            Damage = "9",
            Reason = Refusal,
        }),
        Of("settle-call", SettleCall.Of(new SettleRequest("billing", Position.TopicPartition, Settlements))),
        Of("settle-answer", SettleAnswer.Of(new SettleResult.Settled([]))),
        Of("settle-answer with refusals", SettleAnswer.Of(new SettleResult.Settled(SettleRefusals))),
        Of("settle-answer all", new SettleAnswer(SettleAnswerKind.Refused) { Refusals = [2], After = TimeSpan.FromSeconds(3), Reason = Refusal }),
        Of("wait-call", WaitCall.Of(new WaitRequest("billing", Member) { MaxWait = TimeSpan.FromSeconds(4) })),
        Of("wait-answer ready", WaitAnswer.Of(new WaitResult.Ready([new(Position.TopicPartition, 500), new(new(Topic, new Partition(4)), 1)]))),
        Of("wait-answer of no messages", WaitAnswer.Of(new WaitResult.Ready([]))),
        Of("wait-answer replaced", WaitAnswer.Of(new WaitResult.Replaced())),
    ];

    private static IEnumerable<WireValue> Queues() =>
    [
        Of("queue-settings", QueueSettings),
        Of("queue-settings with tenants", QueueSettings with { ParkKeys = true, TenantHeader = "oq-tenant", Breaker = null }),
        Of<QueueSettings?>("no queue-settings", null),
        Of("breaker-settings", Breaker),
        Of<BreakerSettings?>("no breaker-settings", null),
        Of("queue-report-call", QueueReportCall.Of(new QueueReport(300, 20, ProbeState.Failed, true))),
        Of("queue-report-call of nothing", QueueReportCall.Of(default)),
        Of("queue-report-answer", QueueReportAnswer.Of(QueuePermit.Probe)),
        Of("watch-answer", new WatchAnswer(500, long.MaxValue)),
        Of("queue-status", new QueueStatus(new Offset(1), 2, new Offset(3), 4, 5, 6)),
        Of("queue-status with parked keys", new QueueStatus(new Offset(1), 2, new Offset(3), 4, 5, 6, 7)),
        Of<QueueStatus?>("no queue-status", null),
        Of("dead-letters", new DeadLetters("__dead.0a", new Partition(3), [Range(0, 2), Range(7, 8)])),
        Of<DeadLetters?>("no dead-letters", null),
        Of("letters-call", LettersCall.Of([Range(0, 2), Range(7, 8)])),
        Of("letters-call for all", LettersCall.Of(null)),
        Of("queue-lookup-answer found", QueueLookupAnswer.Of(new QueueLookup.Found(
            new QueueAssignment("orders", 7, Durability.Memory, new Epoch(41), Position, QueueSettings, true)))),
        Of("queue-lookup-answer unknown group", QueueLookupAnswer.Of(new QueueLookup.UnknownGroup())),
        Of("queue-lookup-answer other kind", QueueLookupAnswer.Of(new QueueLookup.OtherKind(GroupKind.Queue))),
    ];

    private static OffsetRange Range(long first, long end) => new(new Offset(first), new Offset(end));
}
