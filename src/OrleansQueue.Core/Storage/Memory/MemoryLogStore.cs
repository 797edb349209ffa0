using System.Collections.Concurrent;

namespace OrleansQueue.Storage.Memory;

/// <summary>Keeps logs in memory: for tests, for topics of durability Memory, and shared by all silos of one process.</summary>
/// <param name="id">The store's identity.</param>
/// <param name="nextEpoch">Where fencing numbers come from; by default the store counts by itself.</param>
internal sealed class MemoryLogStore(StoreId id, Func<ValueTask<Epoch>>? nextEpoch = null) : ILogStore
{
    private readonly ConcurrentDictionary<LogId, MemoryLogData> _logs = new();
    private int _lastEpoch = -1;

    public StoreId Id => id;

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken)
    {
        var epoch = nextEpoch is null ? new Epoch(Interlocked.Increment(ref _lastEpoch)) : await nextEpoch();
        var data = _logs.GetOrAdd(log, static _ => new MemoryLogData());
        var opened = new MemoryLog(log, epoch, data, data.Fence(log, epoch, options.Continues));
        await opened.RecoverAsync(observer, cancellationToken);
        return opened;
    }

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) =>
        new(_logs.Where(log => log.Value.List().Count != 0).Select(log => log.Key).ToList());

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken)
    {
        if (_logs.TryRemove(log, out var data))
        {
            data.Delete();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
