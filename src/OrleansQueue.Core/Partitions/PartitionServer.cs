using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Partitions;

/// <summary>
/// Serves one partition: opens its log when it is first needed, answers produce and fetch, and lets fetches wait. It belongs to
/// one scheduler, as the log does. A shell, a grain or a test, holds it and asks <see cref="IsLost"/> after each call.
/// </summary>
internal sealed partial class PartitionServer : IAsyncDisposable
{
    private readonly ILogStore _store;
    private readonly TopicId _topic;
    private readonly Partition _partition;
    private readonly PartitionServerOptions _options;
    private readonly IRetentionHolds _holds;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;
    private readonly BrokerMetrics _metrics;
    private readonly CancellationTokenSource _ending = new();
    private TopicSettings _settings;
    private Task<PartitionLog>? _log;
    private bool _deleted;
    private bool _closed;

    public PartitionServer(
        ILogStore store, TopicId topic, Partition partition, TopicSettings settings, PartitionServerOptions options, IRetentionHolds holds, TimeProvider clock, ILogEvents events, BrokerMetrics metrics)
    {
        _store = store;
        _topic = topic;
        _partition = partition;
        _settings = settings;
        _options = options;
        _holds = holds;
        _clock = clock;
        _events = events;
        _metrics = metrics;
    }

    /// <summary>Whether another owner has the log, so that this one serves nothing more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Whether the log was used since the last <see cref="Idle"/>.</summary>
    public bool WasUsed { get; private set; }

    /// <inheritdoc cref="IPartitionVerbs.ProduceAsync"/>
    public async ValueTask<ProduceResult> ProduceAsync(ReadOnlyMemory<byte> batch)
    {
        var began = _clock.GetTimestamp();
        var result = _options.AppendBudget.TryTake(batch.Length)
            ? await ProduceWithinBudgetAsync(batch)
            : new ProduceResult.Throttled(_options.ThrottleTime);
        _metrics.Produced(result, batch, _clock.GetElapsedTime(began));
        return result;
    }

    /// <summary>Takes other settings of the topic. What changes how batches are checked or segments are cut opens the log anew.</summary>
    public async ValueTask ApplyAsync(TopicSettings settings)
    {
        var before = SettingsOfLog();
        _settings = settings;
        if (SettingsOfLog() != before && _log is { } opened)
        {
            // Calls that come meanwhile wait for this opening. It fails for the first of them, if it does, and the next tries again.
            _log = ReopenAsync(opened);
            await Waits.EndOfAsync(_log);
        }
    }

    /// <summary>Deletes the partition with all its records; it answers as unknown from then on.</summary>
    public async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        _deleted = true;
        await CloseAsync();
        await _store.DeleteAsync(LogId.ForPartition(_topic, _partition), cancellationToken);
    }

    /// <summary>Gives up the memory that only a busy partition needs, where it was not used since it was last asked to.</summary>
    public void Idle()
    {
        if (!WasUsed && _log is { IsCompletedSuccessfully: true } log)
        {
            log.Result.Idle();
        }

        WasUsed = false;
    }

    /// <summary>Ends all waits, so that fetches answer at once with what there is.</summary>
    public void EndWaits()
    {
        if (!_ending.IsCancellationRequested)
        {
            _ending.Cancel();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _ending.Dispose();
    }

    private async ValueTask CloseAsync()
    {
        EndWaits();
        _closed = true;
        if (_log is { } opened)
        {
            _log = null;
            await CloseAsync(opened);
        }
    }

    /// <summary>Lets a log go when what it has under way is kept. Who opened it without success has heard of it.</summary>
    private static async ValueTask CloseAsync(Task<PartitionLog> opened)
    {
        await Waits.EndOfAsync(opened);
        if (opened.IsCompletedSuccessfully)
        {
            await opened.Result.DisposeAsync();
        }
    }

    private async ValueTask<ProduceResult> ProduceWithinBudgetAsync(ReadOnlyMemory<byte> batch)
    {
        PartitionLog? log = null;
        try
        {
            log = await FindLogAsync();
            return log is null ? Gone() : IsFull(log, batch) ? new ProduceResult.TopicFull(_settings.RetentionBytes!.Value) : await AppendAsync(log, batch);
        }
        catch (LogDamagedException damage)
        {
            return new ProduceResult.Damaged(Tell(damage));
        }
        catch (ObjectDisposedException) when (log is not null && !IsCurrent(log))
        {
            // The log was closed while the batch waited for its turn; nothing of it is stored.
            return _closed ? Gone() : new ProduceResult.Throttled(_options.ThrottleTime);
        }
        finally
        {
            _options.AppendBudget.Give(batch.Length);
        }
    }

    private ProduceResult Gone() => _deleted ? new ProduceResult.UnknownPartition() : new ProduceResult.Fenced();

    /// <summary>Batches on their way count, or many at once would all find room. One that is stored already needs none.</summary>
    private bool IsFull(PartitionLog log, ReadOnlyMemory<byte> batch) =>
        _settings is { WhenFull: WhenFull.Refuse, RetentionBytes: { } limit }
        && log.SizeInBytes + log.PendingBytes + batch.Length > limit
        && !log.IsRepetition(batch.Span);

    private async ValueTask<ProduceResult> AppendAsync(PartitionLog log, ReadOnlyMemory<byte> batch)
    {
        var segments = log.SegmentCount;
        var result = await log.AppendAsync(batch);
        LeaveIfFenced(log);
        if (log.SegmentCount > segments && ByBytes.Bytes is not null)
        {
            await DropOldestAsync(log);
        }

        // An owner that was replaced does not know what the next one has stored, and whoever believed it would store it again under another sequence.
        return result is ProduceResult.OutOfOrder or ProduceResult.UnknownProducer && !await log.IsOwnedAsync() ? new ProduceResult.Fenced() : result;
    }

    /// <summary>Whatever learned that another owner has the log: nothing is served here any more, and fetches that wait are answered.</summary>
    private void LeaveIfFenced(PartitionLog log)
    {
        if (log.IsFenced && !IsLost)
        {
            IsLost = true;
            EndWaits();
        }
    }

    /// <summary>The log, opened where it is not; null where there is nothing to open.</summary>
    private async ValueTask<PartitionLog?> FindLogAsync()
    {
        while (!_deleted && !_closed && !IsLost)
        {
            WasUsed = true;
            var opening = _log ??= OpenAsync();
            try
            {
                await opening;
            }
            catch when (ReferenceEquals(opening, _log))
            {
                // Whoever comes next tries again.
                _log = null;
                throw;
            }

            // It may have been closed again before this call went on.
            if (ReferenceEquals(opening, _log))
            {
                return opening.Result;
            }
        }

        return null;
    }

    private bool IsCurrent(PartitionLog log) => _log is { IsCompletedSuccessfully: true } opened && ReferenceEquals(opened.Result, log);

    /// <summary>Two openings at once would fence each other's appends, so the log is closed first.</summary>
    private async Task<PartitionLog> ReopenAsync(Task<PartitionLog> opened)
    {
        await CloseAsync(opened);
        return await OpenAsync();
    }

    private async Task<PartitionLog> OpenAsync()
    {
        var options = new PartitionLogOptions
        {
            Log = LogId.ForPartition(_topic, _partition),
            Durability = _settings.Durability,
            Limits = _options.Limits,
            Policy = new() { Timestamps = _settings.Timestamps, AcceptForeignCodecs = _settings.AcceptForeignCodecs },
            SegmentBytes = SegmentBytes(),
            CheckpointCommits = _options.CheckpointCommits,
            TailCacheBudget = _options.TailCacheBudget,
        };
        return await PartitionLog.OpenAsync(_store, options, _clock, _events, CancellationToken.None);
    }

    /// <summary>What a log is opened with and keeps until it is opened anew.</summary>
    private (TimestampKind, bool, long) SettingsOfLog() => (_settings.Timestamps, _settings.AcceptForeignCodecs, SegmentBytes());

    /// <summary>Only whole segments are deleted, so where bytes are limited a segment is a quarter of what may stay.</summary>
    private long SegmentBytes() =>
        _settings.RetentionBytes is { } limit ? Math.Clamp(limit / 4, Math.Min(1 << 20, _options.SegmentBytes), _options.SegmentBytes) : _options.SegmentBytes;
}
