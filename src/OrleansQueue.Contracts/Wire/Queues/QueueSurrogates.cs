using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Queues;

[GenerateSerializer, Immutable, Alias("oq.queue-settings")]
internal struct QueueSettingsSurrogate
{
    [Id(0)]
    public TimeSpan Lease;

    [Id(1)]
    public int MaxDeliveries;

    [Id(2)]
    public TimeSpan Backoff;

    [Id(3)]
    public TimeSpan MaxBackoff;

    [Id(4)]
    public bool OrderedByKey;

    [Id(5)]
    public bool ParkKeys;

    [Id(6)]
    public string? TenantHeader;

    // Null for that of BreakerSettings itself, as clients write it that do not know of breakers.
    [Id(7)]
    public BreakerSettings? Breaker;

    [Id(8)]
    public bool NeverPaused;
}

[RegisterConverter]
internal sealed class QueueSettingsConverter : IConverter<QueueSettings, QueueSettingsSurrogate>
{
    public QueueSettings ConvertFromSurrogate(in QueueSettingsSurrogate surrogate) => new()
    {
        Lease = surrogate.Lease,
        MaxDeliveries = surrogate.MaxDeliveries,
        Backoff = surrogate.Backoff,
        MaxBackoff = surrogate.MaxBackoff,
        OrderedByKey = surrogate.OrderedByKey,
        ParkKeys = surrogate.ParkKeys,
        TenantHeader = surrogate.TenantHeader,
        Breaker = surrogate.NeverPaused ? null : surrogate.Breaker ?? new(),
    };

    public QueueSettingsSurrogate ConvertToSurrogate(in QueueSettings value) => new()
    {
        Lease = value.Lease,
        MaxDeliveries = value.MaxDeliveries,
        Backoff = value.Backoff,
        MaxBackoff = value.MaxBackoff,
        OrderedByKey = value.OrderedByKey,
        ParkKeys = value.ParkKeys,
        TenantHeader = value.TenantHeader,
        Breaker = value.Breaker == new BreakerSettings() ? null : value.Breaker,
        NeverPaused = value.Breaker is null,
    };
}

[GenerateSerializer, Immutable, Alias("oq.breaker-settings")]
internal struct BreakerSettingsSurrogate
{
    [Id(0)]
    public double FailureRatio;

    [Id(1)]
    public int LeastDeliveries;

    [Id(2)]
    public TimeSpan Window;

    [Id(3)]
    public TimeSpan Pause;
}

[RegisterConverter]
internal sealed class BreakerSettingsConverter : IConverter<BreakerSettings, BreakerSettingsSurrogate>
{
    public BreakerSettings ConvertFromSurrogate(in BreakerSettingsSurrogate surrogate) => new()
    {
        FailureRatio = surrogate.FailureRatio,
        LeastDeliveries = surrogate.LeastDeliveries,
        Window = surrogate.Window,
        Pause = surrogate.Pause,
    };

    public BreakerSettingsSurrogate ConvertToSurrogate(in BreakerSettings value) => new()
    {
        FailureRatio = value.FailureRatio,
        LeastDeliveries = value.LeastDeliveries,
        Window = value.Window,
        Pause = value.Pause,
    };
}

[GenerateSerializer, Immutable, Alias("oq.queue-status")]
internal struct QueueStatusSurrogate
{
    [Id(0)]
    public Offset Finished;

    [Id(1)]
    public long Available;

    [Id(2)]
    public Offset Examined;

    [Id(3)]
    public long Leased;

    [Id(4)]
    public long Delayed;

    [Id(5)]
    public long Dead;

    [Id(6)]
    public long ParkedKeys;
}

[RegisterConverter]
internal sealed class QueueStatusConverter : IConverter<QueueStatus, QueueStatusSurrogate>
{
    public QueueStatus ConvertFromSurrogate(in QueueStatusSurrogate surrogate) =>
        new(surrogate.Finished, surrogate.Available, surrogate.Examined, surrogate.Leased, surrogate.Delayed, surrogate.Dead, surrogate.ParkedKeys);

    public QueueStatusSurrogate ConvertToSurrogate(in QueueStatus value) => new()
    {
        Finished = value.Finished,
        Available = value.Available,
        Examined = value.Examined,
        Leased = value.Leased,
        Delayed = value.Delayed,
        Dead = value.Dead,
        ParkedKeys = value.ParkedKeys,
    };
}

[GenerateSerializer, Immutable, Alias("oq.dead-letters")]
internal struct DeadLettersSurrogate
{
    [Id(0)]
    public string Topic;

    [Id(1)]
    public Partition Partition;

    [Id(2)]
    public byte[] Open;
}

[RegisterConverter]
internal sealed class DeadLettersConverter : IConverter<DeadLetters, DeadLettersSurrogate>
{
    public DeadLetters ConvertFromSurrogate(in DeadLettersSurrogate surrogate) => new(surrogate.Topic, surrogate.Partition, QueueRows.ToRanges(surrogate.Open));

    public DeadLettersSurrogate ConvertToSurrogate(in DeadLetters value) => new() { Topic = value.Topic, Partition = value.Partition, Open = QueueRows.Of(value.Open) };
}
