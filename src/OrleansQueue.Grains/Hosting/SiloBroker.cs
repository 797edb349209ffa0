using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansQueue.Documents;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Hosting;

/// <summary>
/// What all grains of a silo share: the store of the logs, opened before anything else starts and closed after everything else
/// has stopped, and the partitions that are served here.
/// </summary>
internal sealed class SiloBroker(
    ILocalSiloDetails details,
    IOptions<OrleansQueueOptions> options,
    IHostEnvironment? environment,
    SharedMemory? shared,
    TimeProvider clock,
    BrokerMetrics metrics,
    ILogEvents events,
    ILogger<SiloBroker> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<PartitionServer, bool> _served = new();
    private readonly PartitionServerOptions _partitions = new() { Owner = details.Name };
    private OpenedStorage? _storage;

    /// <summary>The logs.</summary>
    public ILogStore Logs => Storage.Logs;

    /// <summary>The documents of grains.</summary>
    public IDocumentStore Documents => Storage.Documents;

    /// <summary>What people know the store by.</summary>
    public string StoreName => Storage.Name;

    private OpenedStorage Storage => _storage ?? throw new InvalidOperationException("The silo has not opened its store.");

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(SiloBroker), ServiceLifecycleStage.First, OpenAsync, CloseAsync);

        // A fetch that waits would hold up the deactivation of its grain, which comes next.
        lifecycle.Subscribe(nameof(SiloBroker), ServiceLifecycleStage.Active, static _ => Task.CompletedTask, EndWaitsAsync);
    }

    /// <summary>Begins to serve a partition.</summary>
    public PartitionServer Serve(TopicId topic, Partition partition, TopicSettings settings)
    {
        var server = new PartitionServer(Logs, topic, partition, settings, _partitions, clock, events, metrics);
        _served.TryAdd(server, true);
        return server;
    }

    /// <summary>A partition is not served here any more.</summary>
    public void Forget(PartitionServer server) => _served.TryRemove(server, out _);

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        _storage = await OpenedStorage.OpenAsync(options.Value, environment?.ContentRootPath ?? "", shared, clock, metrics);
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
        foreach (var server in _served.Keys)
        {
            server.EndWaits();
        }

        return Task.CompletedTask;
    }
}
