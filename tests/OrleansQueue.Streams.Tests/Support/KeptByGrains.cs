using OrleansQueue.Broker;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>Sees what the grains of positions keep, on the silos that it was given to, so that a test can wait until what was delivered is kept.</summary>
internal sealed class KeptByGrains : IIncomingGrainCallFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<PositionsKey, long> _frontiers = [];
    private readonly Dictionary<PositionsKey, HashSet<(Guid, StreamId)>> _lagging = [];
    private readonly List<(SiloAddress Silo, PositionsCall Change)> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var change = context.Request.GetArgumentCount() == 3 ? context.Request.GetArgument(2) as PositionsCall : null;
        var silo = change is null ? null : context.Request.GetArgument(1) as SiloAddress;
        await context.Invoke();
        if (change is not null && context.Result is true)
        {
            Note(PositionsKey.Parse(context.TargetId.Key.ToString()!), silo!, change);
        }
    }

    /// <summary>Waits until every partition of a topic is kept as delivered up to its end.</summary>
    public async Task HasAllAsync(IBroker broker, string name)
    {
        var topic = await broker.FindTopicAsync(name, CancellationToken.None);
        using var patience = new CancellationTokenSource(Patience);
        for (var number = 0; number < topic!.Settings.Partitions; number++)
        {
            var partition = new Partition(number);
            var status = await broker.DescribePartitionAsync(topic.Id, partition, CancellationToken.None);
            var key = new PositionsKey(new TopicPartition(topic.Id, partition), StreamSilos.Provider);
            while (WhenNotKept(key, status!.HighWatermark.Value) is { } changed)
            {
                await changed.WaitAsync(patience.Token);
            }
        }
    }

    /// <summary>Whether a change was kept.</summary>
    public bool Has(Func<SiloAddress, PositionsCall, bool> which)
    {
        lock (_lock)
        {
            return _changes.Exists(change => which(change.Silo, change.Change));
        }
    }

    /// <summary>Waits until a change is kept.</summary>
    public async Task HasAsync(Func<SiloAddress, PositionsCall, bool> which)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                changed = _changed.Task;
            }

            if (Has(which))
            {
                return;
            }

            await changed.WaitAsync(patience.Token);
        }
    }

    private Task? WhenNotKept(PositionsKey key, long end)
    {
        lock (_lock)
        {
            var isKept = end == 0 || (_frontiers.GetValueOrDefault(key) >= end && _lagging[key].Count == 0);
            return isKept ? null : _changed.Task;
        }
    }

    private void Note(PositionsKey key, SiloAddress silo, PositionsCall change)
    {
        lock (_lock)
        {
            _changes.Add((silo, change));
            _frontiers[key] = change.Frontier;
            if (!_lagging.TryGetValue(key, out var lagging))
            {
                _lagging[key] = lagging = [];
            }

            lagging.UnionWith(change.Lagging.Select(static item => (item.Subscription, item.Stream)));
            lagging.ExceptWith(change.Gone.Select(static item => (item.Subscription, item.Stream)));
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
