using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>A shard of the catalogue with its store and its keepers, for tests.</summary>
internal sealed class CatalogueBench(ILogStore? inner = null) : ITopicKeepers
{
    private int _ids;

    public GatedLogStore Store { get; } = new(inner ?? new MemoryLogStore(FileStores.Id));

    /// <summary>What the keepers were told last of each topic.</summary>
    public Dictionary<TopicId, TopicDescription> Kept { get; } = [];

    /// <summary>Topics whose records were deleted, with their partitions, once for each time.</summary>
    public List<(TopicId Topic, int Partitions)> Deleted { get; } = [];

    /// <summary>Called before a keeper does what it was told; what it throws is its failure.</summary>
    public Action? OnCall { get; set; }

    public Catalogue Catalogue { get; private set; } = null!;

    public static async Task<CatalogueBench> OpenAsync(ILogStore? store = null)
    {
        var bench = new CatalogueBench(store);
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>Opens the shard from its journal, as a next owner does while the one before may still be there.</summary>
    public async Task OpenAsync() => Catalogue = await Catalogue.OpenAsync(Store, 3, this, NewId, NoLogEvents.Instance, CancellationToken.None);

    public async Task<TopicDescription> CreateAsync(string name, TopicSettings? settings = null) =>
        Assert.IsType<CreateTopicResult.Created>(await Catalogue.CreateAsync(name, settings ?? new TopicSettings())).Topic;

    public ValueTask KeepAsync(TopicDescription topic)
    {
        OnCall?.Invoke();
        Kept[topic.Id] = topic;
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(TopicId topic, int partitions)
    {
        OnCall?.Invoke();
        Kept.Remove(topic);
        Deleted.Add((topic, partitions));
        return ValueTask.CompletedTask;
    }

    private TopicId NewId() => new(new Guid(++_ids, 0, 0, new byte[8]));
}
