using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>
/// One partition: takes batches at its door, gives them offsets, commits them in groups and shows them to readers once they
/// are kept.
/// <para>
/// It belongs to one scheduler: all calls are made on it, one at a time, though they may overlap while they wait. An append
/// gets its offset before it first waits, so the order of calls is the order of the log.
/// </para>
/// <para>
/// Failure: after a failed write everything that waits is answered and no offset of it is used; reading goes on. The next
/// append after <see cref="PartitionLogOptions.RetryAfterFailure"/> opens the log again and finds out what is stored. A log
/// that was fenced is never opened again, a damaged one takes no appends.
/// </para>
/// </summary>
internal sealed partial class PartitionLog : IAsyncDisposable
{
    private readonly ILogStore _store;
    private readonly PartitionLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;
    private readonly BatchValidator _validator;
    private readonly TailCache _cache;
    private OpenedLog _opened;
    private LogState _assigned;
    private PartitionReader _reader;
    private ParkedBatches? _parked;
    private Timestamp _lastAppend;
    private TaskCompletionSource? _nextCommit;

    private PartitionLog(ILogStore store, PartitionLogOptions options, TimeProvider clock, ILogEvents events, OpenedLog opened)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _events = events;
        _validator = new BatchValidator(options.Limits, options.Policy);
        _cache = new TailCache(options.TailCacheBytes, options.TailCacheBudget);
        Offsets = new OffsetLadder(opened.LogStart, opened.LogEnd);
        (_opened, _assigned, _reader) = Take(opened);
    }

    /// <summary>The offsets of the partition.</summary>
    public OffsetLadder Offsets { get; private set; }

    /// <summary>This owner's fencing number.</summary>
    public Epoch Epoch => _opened.Log.Epoch;

    /// <summary>Bytes of the batches as stored.</summary>
    public long SizeInBytes => _opened.Segments.TotalBytes;

    /// <summary>Bytes of the batches that have an offset and are not kept yet.</summary>
    public long PendingBytes => _pendingBytes;

    /// <summary>How many segments there are.</summary>
    public int SegmentCount => _opened.Segments.Count;

    /// <summary>Completes when readers may see more than they do now, or when this owner can show nothing more.</summary>
    public Task NextCommit => (_nextCommit ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Whether another owner opened the log, so that this one writes no more.</summary>
    public bool IsFenced => _fenced;

    /// <summary>Asks the store whether this owner still is the owner. One that opens its log again just now says no.</summary>
    /// <exception cref="IOException">The storage cannot be asked.</exception>
    public async ValueTask<bool> IsOwnedAsync() => await _opened.Log.ConfirmAsync() == StoreOutcome.Done;

    /// <summary>The damage that keeps the partition from being written, or null.</summary>
    public LogDamagedException? Damage => _opened.Damage;

    /// <summary>Opens a partition, which fences every earlier owner.</summary>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    public static async ValueTask<PartitionLog> OpenAsync(
        ILogStore store, PartitionLogOptions options, TimeProvider clock, ILogEvents events, CancellationToken cancellationToken)
    {
        if (options.Limits.MaxBatchBytes > StoreLimits.MaxCommitBytes)
        {
            throw new ArgumentException($"MaxBatchBytes is {options.Limits.MaxBatchBytes}; a commit takes {StoreLimits.MaxCommitBytes} bytes.", nameof(options));
        }

        var opened = await OpenedLog.OpenAsync(store, options, clock, events, continues: null, cancellationToken);
        return new PartitionLog(store, options, clock, events, opened);
    }

    /// <summary>
    /// Appends one batch, all of it or nothing. The frame is the log's from this call on and must not change any more: its
    /// records are written and served from that memory.
    /// </summary>
    /// <exception cref="LogDamagedException">The partition is damaged and takes no appends.</exception>
    /// <exception cref="IOException">The storage failed; whether the batch is stored is unknown.</exception>
    public async ValueTask<ProduceResult> AppendAsync(ReadOnlyMemory<byte> frame)
    {
        if (FindObstacle() is { } obstacle)
        {
            return obstacle;
        }

        if (_failed)
        {
            await ReopenAsync();
            if (FindObstacle() is { } found)
            {
                return found;
            }
        }

        var refusal = _validator.Check(frame, Timestamp.Now(_clock), out var header);
        if (refusal is not null)
        {
            return new ProduceResult.Refused(refusal);
        }

        if (_pendingBytes + frame.Length > _options.MaxPendingBytes)
        {
            return new ProduceResult.Throttled(_options.ThrottleTime);
        }

        return header.Producer.IsIdempotent ? await AppendInSequenceAsync(frame, header) : await AssignAsync(frame, header);
    }

    /// <summary>Reads batches from the one that holds an offset on, as many as fit into <paramref name="maxBytes"/> but at least one where there is one.</summary>
    /// <exception cref="LogDamagedException">The batch at that offset is damaged.</exception>
    public ValueTask<LogRead> ReadAsync(Offset from, int maxBytes, CancellationToken cancellationToken)
    {
        if (from < Offsets.LogStart || from > Offsets.HighWatermark)
        {
            return new(new LogRead(LogReadKind.OutOfRange, [], Offset.Max(Offsets.LogStart, Offset.Min(from, Offsets.HighWatermark))));
        }

        if (from == Offsets.HighWatermark)
        {
            return new(new LogRead(LogReadKind.Batches, [], from));
        }

        var parts = new List<ReadOnlyMemory<byte>>();
        return _cache.TryRead(from, maxBytes, parts) is { } next
            ? new(new LogRead(LogReadKind.Batches, parts, next))
            : ReadSegmentsAsync(from, maxBytes, cancellationToken);
    }

    /// <summary>The first record that is as late as <paramref name="time"/>, or null where there is none.</summary>
    public async ValueTask<Offset?> FindTimeAsync(Timestamp time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var start = Offsets.LogStart;
            try
            {
                return await _reader.FindTimeAsync(time, _options.Limits.MaxOpenedBytes, cancellationToken);
            }
            catch (IOException) when (IsGoing(start))
            {
                // Retention takes a segment away in the middle of the search; what is left is searched again.
                await EndDeletionAsync();
                if (Offsets.LogStart == start)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Holds a reader's position against this log, which is the partition of <paramref name="topic"/> that it names.</summary>
    public PositionCheck Check(Position position, TopicId topic) => PositionCheck.Of(position, topic, _opened.State.Epochs, Offsets);

    /// <summary>The epoch of the record before an offset, which a reader who begins there names; <see cref="Epoch.None"/> where it is not known.</summary>
    public Epoch EpochBefore(Offset offset) => offset == Offset.Zero || offset < Offsets.LogStart ? Epoch.None : _opened.State.Epochs.At(offset.Plus(-1));

    /// <summary>Behind the last record of an epoch, or of the last one before it.</summary>
    public Offset EndOf(Epoch epoch) => Offset.Max(Offsets.LogStart, _opened.State.Epochs.EndOf(epoch, Offsets.HighWatermark));

    /// <summary>Gives up the memory that only a busy partition needs.</summary>
    public void Idle()
    {
        _cache.Clear();
        for (var i = 0; i < _opened.Segments.Count - 1; i++)
        {
            _opened.Segments[i].Indexes = null;
        }
    }

    /// <summary>Waits for what is being written, then lets the log go.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _nextCommit?.TrySetResult();
        while (!_writing.IsCompleted)
        {
            await _writing;
        }

        _cache.Clear();
        await EndCheckpointsAsync();
        await _opened.Log.DisposeAsync();
    }

    private async ValueTask<LogRead> ReadSegmentsAsync(Offset from, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(from, maxBytes, cancellationToken);
        }
        catch (IOException) when (IsGoing(from))
        {
            // Retention deletes the segment while it is being read, or could not do it to the end.
            await EndDeletionAsync();
            return from < Offsets.LogStart
                ? new LogRead(LogReadKind.OutOfRange, [], Offsets.LogStart)
                : new LogRead(LogReadKind.Going, [], from);
        }
    }

    private (OpenedLog Opened, LogState Assigned, PartitionReader Reader) Take(OpenedLog opened)
    {
        if (opened.Log.Tail.CutBytes != 0)
        {
            _events.TailCut(_options.Log, opened.Log.Tail);
        }

        if (opened.Damage is { } damage)
        {
            _events.Damaged(_options.Log, damage);
        }

        _lastAppend = Timestamp.Max(_lastAppend, opened.LastAppend);
        (_bytesSinceCheckpoint, _commitsSinceCheckpoint) = opened.Walked;
        return (opened, opened.State.Copy(), new PartitionReader(opened));
    }
}
