using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Grains.Duties;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Partitions;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Partitions;

/// <summary>
/// One partition. It is reentrant, so that the next batch is taken while one waits for the disk, and moves to no other silo by
/// itself. Orleans may run two of them for a while; the log's epoch lets only the later one write.
/// </summary>
[GrainType("oq-partition"), Reentrant, Immovable, PartitionPlacement]
internal sealed class PartitionGrain(IGrainContext context, SiloBroker silo, IGrainFactory grains, DutyClient duties, IRetentionHolds holds, PlacementCache placement, ILogger<PartitionGrain> logger)
    : IGrainBase, IPartitionGrain
{
    // How long after its last use a partition gives up its memory, and how old settings can get where the news of a change was lost.
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(30);

    private TopicId _topic;
    private Partition _partition;
    private PartitionServer? _server;
    private IGrainTimer? _rounds;
    private Timestamp? _duty;
    private int _version;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _topic = new TopicId(context.GrainId.GetGuidKey(out var number));
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            _partition = new Partition(partition);
            placement.Add(context, new TopicPartition(_topic, _partition), Leave);
            await FindTopicAsync();
        }
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        placement.Remove(context);
        if (_server is { } server)
        {
            silo.Forget(server);
            await server.DisposeAsync();
        }
    }

    public async ValueTask<ProduceAnswer> ProduceAsync(BatchFrame batch)
    {
        if (Use() is not { } server)
        {
            return ProduceAnswer.Of(new ProduceResult.UnknownPartition());
        }

        var result = await server.ProduceAsync(batch.ToMemory());
        if (result is ProduceResult.Appended && _duty is null)
        {
            await SetDutyAsync(server);
        }

        LeaveIfLost(server);
        return ProduceAnswer.Of(result);
    }

    public async ValueTask<FetchAnswer> FetchAsync(FetchCall call)
    {
        if (Use() is not { } server)
        {
            return FetchAnswer.Of(new FetchResult.UnknownPartition());
        }

        var result = await server.FetchAsync(call.ToRequest(_topic, _partition), CancellationToken.None);
        LeaveIfLost(server);
        return FetchAnswer.Of(result);
    }

    public async ValueTask<OffsetsAnswer> ListOffsetsAsync(OffsetsCall call) => OffsetsAnswer.Of(
        Use() is { } server ? await server.ListOffsetsAsync(call.ToQuery(), CancellationToken.None) : new ListOffsetsResult.UnknownPartition());

    public async ValueTask<PartitionStatus?> DescribeAsync() => Use() is { } server ? await server.DescribeAsync() : null;

    public async ValueTask ApplyAsync(TopicSettings settings, int version)
    {
        if (_server is { } server && version > _version)
        {
            _version = version;
            await server.ApplyAsync(settings);
            await SetDutyAsync(server);
        }
    }

    public async ValueTask DeleteAsync()
    {
        await duties.SetAsync(context.GrainId, null);
        if (_server is { } server)
        {
            await server.DeleteAsync(CancellationToken.None);
        }
        else
        {
            await silo.Logs.DeleteAsync(LogId.ForPartition(_topic, _partition), CancellationToken.None);
        }

        this.DeactivateOnIdle();
    }

    public async ValueTask<Timestamp?> RunDutyAsync()
    {
        if (_server is not { } server)
        {
            return null;
        }

        _duty = await server.ApplyRetentionAsync(CancellationToken.None);
        LeaveIfLost(server);
        return _duty;
    }

    /// <summary>The partition, with its rounds begun; null where the topic has none of this number, which is looked up anew at the next call.</summary>
    private PartitionServer? Use()
    {
        if (_server is null)
        {
            this.DeactivateOnIdle();
            return null;
        }

        _rounds ??= this.RegisterGrainTimer(MakeRoundAsync, new GrainTimerCreationOptions(RoundTime, RoundTime) { Interleave = true });
        return _server;
    }

    private async Task<bool> FindTopicAsync()
    {
        var topic = await grains.GetGrain<ITopicGrain>(_topic.Value).FindAsync(_partition);
        if (topic is null || _partition.Number >= topic.Settings.Partitions)
        {
            return false;
        }

        if (_server is null)
        {
            _version = topic.Version;
            _server = silo.Serve(_topic, _partition, topic.Settings, holds);
        }
        else
        {
            await ApplyAsync(topic.Settings, topic.Version);
        }

        return true;
    }

    /// <summary>While the partition is used, asks for its settings again; once it is not, gives up its memory and these rounds.</summary>
    private async Task MakeRoundAsync(CancellationToken cancellationToken)
    {
        if (_server is not { } server)
        {
            return;
        }

        if (!server.WasUsed)
        {
            server.Idle();
            _rounds?.Dispose();
            _rounds = null;
            return;
        }

        server.Idle();
        if (!await FindTopicAsync())
        {
            this.DeactivateOnIdle();
        }
    }

    /// <summary>Leaves word of when retention has something to delete, so that this happens though nobody calls.</summary>
    private async ValueTask SetDutyAsync(PartitionServer server)
    {
        try
        {
            if (await server.NextRetentionAsync(CancellationToken.None) is { } due && due != _duty)
            {
                _duty = due;
                await duties.SetAsync(context.GrainId, due);
            }
        }
        catch (Exception error) when (error is IOException or TimeoutException or OrleansException)
        {
            // The batch is kept all the same; the next one tries again.
            _duty = null;
            logger.DutyNotSet(error, context.GrainId);
        }
    }

    /// <summary>Goes to the silo that the map of partitions names. A fetch that waits would hold that up.</summary>
    private void Leave()
    {
        _server?.EndWaits();
        this.MigrateOnIdle();
    }

    private void LeaveIfLost(PartitionServer server)
    {
        if (server.IsLost)
        {
            this.DeactivateOnIdle();
        }
    }
}
