using System.Collections.Concurrent;

namespace OrleansQueue.Storage.Memory;

/// <summary>Keeps logs in memory: for tests, for topics of durability Memory, and shared by all silos of one process.</summary>
/// <param name="id">The store's identity.</param>
/// <param name="nextEpoch">Where fencing numbers come from; by default the store counts by itself.</param>
/// <param name="levels">What its user reads and writes. Default: all that this version does.</param>
internal sealed class MemoryLogStore(StoreId id, Func<ValueTask<Epoch>>? nextEpoch = null, FormatLevels? levels = null) : ILogStore
{
    private readonly ConcurrentDictionary<LogId, MemoryLogData> _logs = new();
    private readonly FormatLevels _levels = levels ?? new();
    private int _lastEpoch = -1;

    private MemoryLogStore(MemoryLogStore of, FormatLevels levels)
        : this(of.Id, of.NextEpochAsync, levels)
    {
        _logs = of._logs;
        CreatedAt = of.CreatedAt;
        UsesCheckpoints = of.UsesCheckpoints;
    }

    public StoreId Id => id;

    public FormatLevel CreatedAt { get; } = levels?.Range.Newest ?? FormatRange.Own.Newest;

    public FormatLevels Levels => _levels;

    /// <summary>Whether its logs use checkpoints, as those of storage do that is far away. Default: no, since a walk through memory costs little.</summary>
    public bool UsesCheckpoints { get; init; }

    /// <summary>The same store for a user who reads and writes other levels.</summary>
    public MemoryLogStore For(FormatLevels other) => new(this, other);

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken)
    {
        var data = _logs.GetOrAdd(log, static _ => new MemoryLogData());
        _levels.Check($"Log {log}", data.Level ?? _levels.Range.Oldest);
        var epoch = await NextEpochAsync();
        var opened = new MemoryLog(log, epoch, data, data.Fence(log, epoch, options.Continues), options.Level, _levels, UsesCheckpoints);
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

    private ValueTask<Epoch> NextEpochAsync() => nextEpoch is null ? new(new Epoch(Interlocked.Increment(ref _lastEpoch))) : nextEpoch();
}
