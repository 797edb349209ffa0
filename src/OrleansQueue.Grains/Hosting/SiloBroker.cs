using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansQueue.Documents;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Groups;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Hosting;

/// <summary>
/// What all grains of a silo share: the store of the logs, opened before anything else starts and closed after everything else
/// has stopped, and the partitions, groups and cursors that are served here.
/// </summary>
internal sealed class SiloBroker(
    ILocalSiloDetails details,
    IOptions<OrleansQueueOptions> options,
    IHostEnvironment? environment,
    SharedMemory? shared,
    FormatLevels levels,
    TimeProvider clock,
    BrokerMetrics metrics,
    ILogEvents events,
    ILogger<SiloBroker> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    // What is served here, and how its waits are ended.
    private readonly ConcurrentDictionary<object, Action> _served = new();
    private readonly PartitionServerOptions _partitions = new() { Owner = details.Name };
    private readonly GroupServerOptions _groups = new();
    private OpenedStorage? _storage;
    private volatile bool _stopping;

    /// <summary>The logs.</summary>
    public ILogStore Logs => Storage.Logs;

    /// <summary>The documents of grains.</summary>
    /// <exception cref="InvalidOperationException">The logs are on storage that silos share, which keeps no documents.</exception>
    public IDocumentStore Documents => Storage.Documents ?? throw new InvalidOperationException(
        $"Documents are not kept with the logs in {StoreName}: register a grain storage that silos share in place of this one; for topics under the name '{TopicDocuments.StorageName}', with the serializer of {nameof(TopicDocuments)}.");

    /// <summary>What people know the store by.</summary>
    public string StoreName => Storage.Name;

    private OpenedStorage Storage => _storage ?? throw new InvalidOperationException("The silo has not opened its store.");

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(SiloBroker), ServiceLifecycleStage.First, OpenAsync, CloseAsync);

        // A fetch, a heartbeat or a watch that waits would hold up the deactivation of its grain, which comes next.
        lifecycle.Subscribe(nameof(SiloBroker), ServiceLifecycleStage.Active, static _ => Task.CompletedTask, EndWaitsAsync);
    }

    /// <summary>Begins to serve a partition.</summary>
    public PartitionServer Serve(TopicId topic, Partition partition, TopicSettings settings, IRetentionHolds holds)
    {
        var server = new PartitionServer(Logs, topic, partition, settings, _partitions, holds, clock, events, metrics);
        Add(server, server.EndWaits);
        return server;
    }

    /// <summary>Begins to serve a group, which may or may not be there.</summary>
    public GroupHost Serve(string group, IGroupSurroundings surroundings, IGroupRegistry registry)
    {
        var host = new GroupHost(group, Logs, surroundings, registry, _groups, clock, events);
        Add(host, host.EndWaits);
        return host;
    }

    /// <summary>Begins to serve the cursor of a group in a partition, which may or may not be there.</summary>
    public QueueHost Serve(string group, TopicPartition partition, IQueueSurroundings surroundings)
    {
        var host = new QueueHost(group, partition, Logs, surroundings, clock, events);
        Add(host, host.EndWaits);
        return host;
    }

    /// <summary>A partition, a group or a cursor is not served here any more.</summary>
    public void Forget(object served) => _served.TryRemove(served, out _);

    // Until its grains are deactivated a silo that stops still begins to serve, and nobody would end the waits of that later.
    private void Add(object served, Action endWaits)
    {
        _served.TryAdd(served, endWaits);
        if (_stopping)
        {
            endWaits();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _storage = await OpenedStorage.OpenAsync(options.Value, environment?.ContentRootPath ?? "", shared, levels, clock, metrics, cancellationToken);
        logger.StoreOpened(StoreName, Logs.Id);
    }

    private async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (_storage is { } storage)
        {
            await storage.DisposeAsync();
        }
    }

    private Task EndWaitsAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        foreach (var endWaits in _served.Values)
        {
            endWaits();
        }

        return Task.CompletedTask;
    }
}
