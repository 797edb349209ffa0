using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Log;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Topics;

/// <summary>One shard of the catalogue. After a call that failed it leaves memory, and its journal tells the next one what was kept.</summary>
[GrainType("oq-catalogue"), Immovable]
internal sealed class CatalogueGrain(
    IGrainContext context,
    SiloBroker silo,
    IGrainFactory grains,
    DutyClient duties,
    TimeProvider clock,
    IOptions<OrleansQueueOptions> options,
    ILogEvents events,
    ILogger<CatalogueGrain> logger)
    : IGrainBase, ICatalogueGrain, ITopicKeepers
{
    private static readonly TimeSpan SettleAfter = TimeSpan.FromSeconds(1);

    private Catalogue? _catalogue;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken) => _catalogue = await Catalogue.OpenAsync(
        silo.Logs, (int)this.GetPrimaryKeyLong(), this, static () => new TopicId(Guid.NewGuid()), events, cancellationToken);

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_catalogue is { } catalogue)
        {
            await catalogue.DisposeAsync();
        }
    }

    public ValueTask<TopicAnswer> CreateAsync(string name, TopicSettings settings) =>
        ChangeAsync(async catalogue => TopicAnswer.Of(await catalogue.CreateAsync(name, settings)));

    public ValueTask<TopicDescription> OpenOwnAsync(string name, TopicSettings settings) =>
        ChangeAsync(catalogue => catalogue.OpenOwnAsync(name, settings));

    public ValueTask<TopicDescription?> FindAsync(string name, bool toPublish) => RunAsync(async catalogue =>
        await catalogue.FindAsync(name) is { } topic ? topic
        : toPublish && options.Value.AutoCreateTopics ? await CreateForPublishAsync(name)
        : null);

    public ValueTask<List<TopicDescription>> ListAsync(string? after, int limit) =>
        RunAsync(catalogue => new ValueTask<List<TopicDescription>>([.. catalogue.List(after, limit)]));

    public ValueTask<TopicAnswer> AlterAsync(string name, TopicSettings settings, int version) =>
        ChangeAsync(async catalogue => TopicAnswer.Of(await catalogue.AlterAsync(name, settings, version)));

    public async ValueTask<bool> DeleteAsync(string name)
    {
        var deleted = await ChangeAsync(catalogue => catalogue.DeleteAsync(name));
        if (deleted)
        {
            await TrySettleAsync();
        }

        return deleted;
    }

    public ValueTask<Timestamp?> RunDutyAsync() => RunAsync(async catalogue =>
    {
        await catalogue.SettleAsync();
        return (Timestamp?)null;
    });

    ValueTask ITopicKeepers.KeepAsync(TopicDescription topic) => grains.GetGrain<ITopicGrain>(topic.Id.Value).KeepAsync(topic);

    ValueTask ITopicKeepers.DeleteAsync(TopicId topic, int partitions) => grains.GetGrain<ITopicGrain>(topic.Value).DeleteAsync(partitions);

    private async ValueTask<TopicDescription?> CreateForPublishAsync(string name) =>
        (await CreateAsync(name, options.Value.NewTopics)).ToCreateResult() switch
        {
            CreateTopicResult.Created created => created.Topic,
            CreateTopicResult.Exists exists => exists.Topic,
            _ => null,
        };

    /// <summary>The topic is deleted once that is journaled; where its records cannot be deleted at once, the duty does it later.</summary>
    private async ValueTask TrySettleAsync()
    {
        try
        {
            await RunDutyAsync();
        }
        catch (Exception error) when (error is IOException or TimeoutException or OrleansException)
        {
            logger.DutyFailed(error, context.GrainId.ToString());
        }
    }

    /// <summary>The duty is set before the change, so that what the change leaves to be done is done whatever happens to this silo.</summary>
    private async ValueTask<T> ChangeAsync<T>(Func<Catalogue, ValueTask<T>> change)
    {
        await duties.SetAsync(context.GrainId, Timestamp.Now(clock).Plus(SettleAfter));
        return await RunAsync(change);
    }

    private async ValueTask<T> RunAsync<T>(Func<Catalogue, ValueTask<T>> call)
    {
        try
        {
            return await call(_catalogue!);
        }
        catch
        {
            this.DeactivateOnIdle();
            throw;
        }
    }
}
