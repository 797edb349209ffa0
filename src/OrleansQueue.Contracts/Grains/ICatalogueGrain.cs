using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Grains;

/// <summary>One shard of the catalogue of topics. Its key is the shard's number.</summary>
[Alias("oq.ICatalogueGrain")]
internal interface ICatalogueGrain : IGrainWithIntegerKey, IDutyHolderGrain
{
    /// <inheritdoc cref="ITopicVerbs.CreateTopicAsync"/>
    [Alias("create")]
    ValueTask<TopicAnswer> CreateAsync(string name, TopicSettings settings);

    /// <inheritdoc cref="Catalogue.OpenOwnAsync"/>
    [Alias("open-own")]
    ValueTask<TopicDescription> OpenOwnAsync(string name, TopicSettings settings);

    /// <summary>Finds a topic by name. One that is asked for to publish is created where the cluster is set to.</summary>
    [Alias("find")]
    ValueTask<TopicDescription?> FindAsync(string name, bool toPublish);

    /// <inheritdoc cref="ITopicVerbs.ListTopicsAsync"/>
    [Alias("list")]
    ValueTask<List<TopicDescription>> ListAsync(string? after, int limit);

    /// <inheritdoc cref="ITopicVerbs.AlterTopicAsync"/>
    [Alias("alter")]
    ValueTask<TopicAnswer> AlterAsync(string name, TopicSettings settings, int version);

    /// <inheritdoc cref="ITopicVerbs.DeleteTopicAsync"/>
    [Alias("delete")]
    ValueTask<bool> DeleteAsync(string name);
}
