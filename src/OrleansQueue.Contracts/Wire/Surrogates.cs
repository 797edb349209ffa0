using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire;

// Core knows nothing of Orleans, so each of its values that crosses a call has a surrogate here: the same value, written field
// by field under numbers that never change.

[GenerateSerializer, Immutable, Alias("oq.topic-id")]
internal struct TopicIdSurrogate
{
    [Id(0)]
    public Guid Value;
}

[RegisterConverter]
internal sealed class TopicIdConverter : IConverter<TopicId, TopicIdSurrogate>
{
    public TopicId ConvertFromSurrogate(in TopicIdSurrogate surrogate) => new(surrogate.Value);

    public TopicIdSurrogate ConvertToSurrogate(in TopicId value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.store-id")]
internal struct StoreIdSurrogate
{
    [Id(0)]
    public Guid Value;
}

[RegisterConverter]
internal sealed class StoreIdConverter : IConverter<StoreId, StoreIdSurrogate>
{
    public StoreId ConvertFromSurrogate(in StoreIdSurrogate surrogate) => new(surrogate.Value);

    public StoreIdSurrogate ConvertToSurrogate(in StoreId value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.partition")]
internal struct PartitionSurrogate
{
    [Id(0)]
    public int Number;
}

[RegisterConverter]
internal sealed class PartitionConverter : IConverter<Partition, PartitionSurrogate>
{
    public Partition ConvertFromSurrogate(in PartitionSurrogate surrogate) => new(surrogate.Number);

    public PartitionSurrogate ConvertToSurrogate(in Partition value) => new() { Number = value.Number };
}

[GenerateSerializer, Immutable, Alias("oq.offset")]
internal struct OffsetSurrogate
{
    [Id(0)]
    public long Value;
}

[RegisterConverter]
internal sealed class OffsetConverter : IConverter<Offset, OffsetSurrogate>
{
    public Offset ConvertFromSurrogate(in OffsetSurrogate surrogate) => new(surrogate.Value);

    public OffsetSurrogate ConvertToSurrogate(in Offset value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.epoch")]
internal struct EpochSurrogate
{
    [Id(0)]
    public int Value;
}

[RegisterConverter]
internal sealed class EpochConverter : IConverter<Epoch, EpochSurrogate>
{
    public Epoch ConvertFromSurrogate(in EpochSurrogate surrogate) => new(surrogate.Value);

    public EpochSurrogate ConvertToSurrogate(in Epoch value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.timestamp")]
internal struct TimestampSurrogate
{
    [Id(0)]
    public long UnixMilliseconds;
}

[RegisterConverter]
internal sealed class TimestampConverter : IConverter<Timestamp, TimestampSurrogate>
{
    public Timestamp ConvertFromSurrogate(in TimestampSurrogate surrogate) => new(surrogate.UnixMilliseconds);

    public TimestampSurrogate ConvertToSurrogate(in Timestamp value) => new() { UnixMilliseconds = value.UnixMilliseconds };
}

[GenerateSerializer, Immutable, Alias("oq.sequence")]
internal struct SequenceSurrogate
{
    [Id(0)]
    public int Value;
}

[RegisterConverter]
internal sealed class SequenceConverter : IConverter<Sequence, SequenceSurrogate>
{
    public Sequence ConvertFromSurrogate(in SequenceSurrogate surrogate) => new(surrogate.Value);

    public SequenceSurrogate ConvertToSurrogate(in Sequence value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.producer-epoch")]
internal struct ProducerEpochSurrogate
{
    [Id(0)]
    public short Value;
}

[RegisterConverter]
internal sealed class ProducerEpochConverter : IConverter<ProducerEpoch, ProducerEpochSurrogate>
{
    public ProducerEpoch ConvertFromSurrogate(in ProducerEpochSurrogate surrogate) => new(surrogate.Value);

    public ProducerEpochSurrogate ConvertToSurrogate(in ProducerEpoch value) => new() { Value = value.Value };
}

[GenerateSerializer, Immutable, Alias("oq.position")]
internal struct PositionSurrogate
{
    [Id(0)]
    public TopicId Topic;

    [Id(1)]
    public Partition Partition;

    [Id(2)]
    public Offset Offset;

    [Id(3)]
    public Epoch Epoch;
}

[RegisterConverter]
internal sealed class PositionConverter : IConverter<Position, PositionSurrogate>
{
    public Position ConvertFromSurrogate(in PositionSurrogate surrogate) =>
        new(surrogate.Topic, surrogate.Partition, surrogate.Offset, surrogate.Epoch);

    public PositionSurrogate ConvertToSurrogate(in Position value) =>
        new() { Topic = value.Topic, Partition = value.Partition, Offset = value.Offset, Epoch = value.Epoch };
}

[GenerateSerializer, Immutable, Alias("oq.refusal")]
internal struct RefusalSurrogate
{
    [Id(0)]
    public string Field;

    [Id(1)]
    public string Value;

    [Id(2)]
    public string Limit;
}

[RegisterConverter]
internal sealed class RefusalConverter : IConverter<Refusal, RefusalSurrogate>
{
    public Refusal ConvertFromSurrogate(in RefusalSurrogate surrogate) => new(surrogate.Field, surrogate.Value, surrogate.Limit);

    public RefusalSurrogate ConvertToSurrogate(in Refusal value) => new() { Field = value.Field, Value = value.Value, Limit = value.Limit };
}

[GenerateSerializer, Immutable, Alias("oq.partition-status")]
internal struct PartitionStatusSurrogate
{
    [Id(0)]
    public Partition Partition;

    [Id(1)]
    public Offset LogStart;

    [Id(2)]
    public Offset LastStable;

    [Id(3)]
    public Offset HighWatermark;

    [Id(4)]
    public long SizeInBytes;

    [Id(5)]
    public Epoch Epoch;

    [Id(6)]
    public string Owner;

    [Id(7)]
    public string? Damage;

    [Id(8)]
    public string? HeldBy;
}

[RegisterConverter]
internal sealed class PartitionStatusConverter : IConverter<PartitionStatus, PartitionStatusSurrogate>
{
    public PartitionStatus ConvertFromSurrogate(in PartitionStatusSurrogate surrogate) => new(
        surrogate.Partition, surrogate.LogStart, surrogate.LastStable, surrogate.HighWatermark, surrogate.SizeInBytes, surrogate.Epoch, surrogate.Owner, surrogate.Damage, surrogate.HeldBy);

    public PartitionStatusSurrogate ConvertToSurrogate(in PartitionStatus value) => new()
    {
        Partition = value.Partition,
        LogStart = value.LogStart,
        LastStable = value.LastStable,
        HighWatermark = value.HighWatermark,
        SizeInBytes = value.SizeInBytes,
        Epoch = value.Epoch,
        Owner = value.Owner,
        Damage = value.Damage,
        HeldBy = value.HeldBy,
    };
}
