using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Documents;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Topics;

/// <summary>
/// Keeps the settings of a topic in a document of its own. The catalogue tells it of them, and again until it has them.
/// </summary>
[GrainType("oq-topic"), Immovable]
internal sealed class TopicGrain(
    IGrainContext context, IGrainFactory grains, FormatLevels levels, [PersistentState("topic", TopicStorage.Name)] IPersistentState<TopicState> state)
    : IGrainBase, ITopicGrain
{
    // How many partitions are called at once, so that a topic of thousands does not flood the cluster.
    private const int AtOnce = 100;

    private readonly HashSet<Partition> _asked = [];

    public IGrainContext GrainContext => context;

    public ValueTask<TopicDescription?> FindAsync(Partition? asking)
    {
        if (asking is { } partition && state.State.Document is not null)
        {
            _asked.Add(partition);
        }

        return new(state.State.Document?.ToDescription(levels));
    }

    public async ValueTask KeepAsync(TopicDescription topic)
    {
        if (state.State.Document is { } present && present.Version >= topic.Version)
        {
            return;
        }

        var before = state.State;
        state.State = new TopicState { Document = TopicDocument.Of(topic, levels.Current) };
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // What is not kept is not told either.
            state.State = before;
            throw;
        }

        await CallAsync(_asked, partition => partition.ApplyAsync(topic.Settings, topic.Version));
    }

    public async ValueTask DeleteAsync(int partitions)
    {
        state.State = new TopicState();
        if (state.RecordExists)
        {
            await state.ClearStateAsync();
        }

        await CallAsync(Enumerable.Range(0, partitions).Select(number => new Partition(number)), partition => partition.DeleteAsync());
        await grains.GetGrain<IPlacementGrain>(0).ForgetAsync(new TopicId(this.GetPrimaryKey()));
        this.DeactivateOnIdle();
    }

    private async ValueTask CallAsync(IEnumerable<Partition> partitions, Func<IPartitionGrain, ValueTask> call)
    {
        foreach (var some in partitions.ToList().Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(partition => call(grains.GetGrain<IPartitionGrain>(this.GetPrimaryKey(), partition.ToString(), null)).AsTask()));
        }
    }
}

/// <summary>What a topic's grain keeps.</summary>
internal sealed class TopicState
{
    /// <summary>The topic, or null where there is none.</summary>
    public TopicDocument? Document { get; set; }
}
