using Orleans.Concurrency;
using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Grains;

/// <summary>Keeps the settings of one topic where its partitions ask for them. Its key is the topic's id.</summary>
[Alias("oq.ITopicGrain")]
internal interface ITopicGrain : IGrainWithGuidKey
{
    /// <summary>The topic, or null where there is none of that id. A partition that asks is told of later changes.</summary>
    /// <remarks>A partition that is told to delete itself may first ask for its topic, so this is answered in between.</remarks>
    [Alias("find"), AlwaysInterleave]
    ValueTask<TopicDescription?> FindAsync(Partition? asking);

    /// <summary>Keeps the settings, unless it has later ones.</summary>
    [Alias("keep")]
    ValueTask KeepAsync(TopicDescription topic);

    /// <summary>Deletes the records of all partitions and forgets the topic. Doing it again does nothing.</summary>
    [Alias("delete"), ResponseTimeout("00:05:00")]
    ValueTask DeleteAsync(int partitions);
}
