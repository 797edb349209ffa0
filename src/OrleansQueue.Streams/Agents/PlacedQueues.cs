using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;
using OrleansQueue.Contracts.Grains;

namespace OrleansQueue.Streams.Agents;

/// <summary>
/// Gives each silo the queues whose partitions fall to it, so that what is delivered was read on the same silo. It asks the map of partitions
/// every two seconds.
/// </summary>
internal sealed class PlacedQueues(IServiceProvider services, string provider) : IStreamQueueBalancer, IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly IGrainFactory _grains = services.GetRequiredService<IGrainFactory>();
    private readonly string _silo = services.GetRequiredService<ILocalSiloDetails>().Name;
    private readonly TimeProvider _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
    private readonly ILogger _logger = services.GetRequiredService<ILogger<PlacedQueues>>();
    private readonly StreamAdapterFactory _factory = (StreamAdapterFactory)services.GetRequiredKeyedService<Orleans.Streams.IQueueAdapterFactory>(provider);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly List<IStreamQueueBalanceListener> _listeners = [];
    private volatile IReadOnlyList<QueueId> _here = [];
    private Task _watching = Task.CompletedTask;

    public async Task Initialize(IStreamQueueMapper queueMapper)
    {
        // Only now is the silo active, so that grains of it can be called.
        await _factory.Topics.EnsureAsync();
        _here = await AskAsync();
        _watching = WatchAsync();
    }

    public async Task Shutdown()
    {
        await _ending.CancelAsync();
        await _watching;
    }

    public void Dispose() => _ending.Dispose();

    public IEnumerable<QueueId> GetMyQueues() => _here;

    public bool SubscribeToQueueDistributionChangeEvents(IStreamQueueBalanceListener observer)
    {
        lock (_lock)
        {
            if (_listeners.Contains(observer))
            {
                return false;
            }

            _listeners.Add(observer);
            return true;
        }
    }

    public bool UnSubscribeFromQueueDistributionChangeEvents(IStreamQueueBalanceListener observer)
    {
        lock (_lock)
        {
            return _listeners.Remove(observer);
        }
    }

    private async Task<IReadOnlyList<QueueId>> AskAsync()
    {
        var queues = _factory.Topics.GetAllQueues().ToList();
        if (queues.Count == 0)
        {
            return [];
        }

        var partitions = queues.ConvertAll(_factory.Topics.PartitionOf);
        var silos = await _grains.GetGrain<IPlacementGrain>(0).PlaceAsync(
            [.. partitions.Select(static partition => partition.Topic.Value)], [.. partitions.Select(static partition => partition.Partition.Number)]);
        return [.. queues.Where((_, index) => silos[index] == _silo)];
    }

    private async Task WatchAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(Period, _clock, _ending.Token));
            try
            {
                await UpdateAsync().WaitAsync(_ending.Token);
            }
            catch (OperationCanceledException) when (_ending.IsCancellationRequested)
            {
                // The silo stops.
            }
            catch (Exception error)
            {
                _logger.PlacesNotKnown(error);
            }
        }
    }

    private async Task UpdateAsync()
    {
        var now = await AskAsync();
        if (now.ToHashSet().SetEquals(_here))
        {
            return;
        }

        foreach (var queue in _here.Except(now))
        {
            // Its agent waits for events, and cannot end before.
            _factory.Feeds.Find(queue)?.EndWait();
        }

        _here = now;
        IStreamQueueBalanceListener[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners];
        }

        await Task.WhenAll(listeners.Select(static listener => listener.QueueDistributionChangeNotification()));
    }
}
