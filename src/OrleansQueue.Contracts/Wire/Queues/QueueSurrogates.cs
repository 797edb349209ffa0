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
    };

    public QueueSettingsSurrogate ConvertToSurrogate(in QueueSettings value) => new()
    {
        Lease = value.Lease,
        MaxDeliveries = value.MaxDeliveries,
        Backoff = value.Backoff,
        MaxBackoff = value.MaxBackoff,
        OrderedByKey = value.OrderedByKey,
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
}

[RegisterConverter]
internal sealed class QueueStatusConverter : IConverter<QueueStatus, QueueStatusSurrogate>
{
    public QueueStatus ConvertFromSurrogate(in QueueStatusSurrogate surrogate) =>
        new(surrogate.Finished, surrogate.Available, surrogate.Examined, surrogate.Leased, surrogate.Delayed, surrogate.Dead);

    public QueueStatusSurrogate ConvertToSurrogate(in QueueStatus value) => new()
    {
        Finished = value.Finished,
        Available = value.Available,
        Examined = value.Examined,
        Leased = value.Leased,
        Delayed = value.Delayed,
        Dead = value.Dead,
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
