using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Grains;

/// <summary>One partition of a topic. Its key is the topic's id with the partition's number as extension.</summary>
[Alias("oq.IPartitionGrain")]
internal interface IPartitionGrain : IGrainWithGuidCompoundKey, IDutyHolderGrain
{
    /// <inheritdoc cref="IPartitionVerbs.ProduceAsync"/>
    [Alias("produce"), ResponseTimeout("00:00:10")]
    ValueTask<ProduceAnswer> ProduceAsync(BatchFrame batch);

    /// <inheritdoc cref="IPartitionVerbs.FetchAsync"/>
    [Alias("fetch"), ResponseTimeout("00:00:15")]
    ValueTask<FetchAnswer> FetchAsync(FetchCall call);

    /// <inheritdoc cref="IPartitionVerbs.ListOffsetsAsync"/>
    [Alias("list-offsets")]
    ValueTask<OffsetsAnswer> ListOffsetsAsync(OffsetsCall call);

    /// <inheritdoc cref="IPartitionVerbs.DescribePartitionAsync"/>
    [Alias("describe")]
    ValueTask<PartitionStatus?> DescribeAsync();

    /// <summary>The topic has other settings now.</summary>
    [Alias("apply")]
    ValueTask ApplyAsync(TopicSettings settings, int version);

    /// <summary>The topic is no more: deletes all records.</summary>
    [Alias("delete")]
    ValueTask DeleteAsync();
}
