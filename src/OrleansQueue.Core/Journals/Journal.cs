using System.Buffers;
using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.Journals;

/// <summary>
/// Keeps a small state durable: each change is an entry, and now and then a snapshot takes the place of all entries before
/// it. Entries that come while one commit is being written go into the next together.
/// <para>
/// It belongs to one scheduler, as its state does. An entry changes the state at once, so that the next decision sees it; an
/// answer that shows the state waits for <see cref="WhenDurable"/>.
/// </para>
/// <para>
/// Failure: after an outcome other than <see cref="StoreOutcome.Done"/>, or an exception, the state is ahead of the journal.
/// Both are thrown away, and a new state is opened from the store.
/// </para>
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private const int BytesOfACommit = 128;

    private readonly ILog _log;
    private readonly IJournalState _state;
    private readonly JournalOptions _options;
    private readonly FormatLevels _levels;
    private readonly RecordBatchBuilder _open = new(4 << 10);
    private TaskCompletionSource<StoreOutcome> _openDone = NewDone();
    private Task<StoreOutcome> _lastDone = Task.FromResult(StoreOutcome.Done);
    private Task _writing = Task.CompletedTask;
    private Offset _next;
    private long _entryBytes;
    private long _snapshotBytes;
    private long _commits;
    private Offset? _active;

    private Journal(ILog log, IJournalState state, JournalOptions options, FormatLevels levels, JournalReplay replay)
    {
        _log = log;
        _state = state;
        _options = options;
        _levels = levels;
        _next = replay.Next;
        _entryBytes = replay.EntryBytes;
        _snapshotBytes = replay.SnapshotBytes;
        _commits = replay.Commits;
        _active = log.Segments.Count == 0 ? null : log.Segments[^1].FirstOffset;
    }

    /// <summary>This owner's fencing number.</summary>
    public Epoch Epoch => _log.Epoch;

    /// <summary>What recovery found at the journal's end.</summary>
    public TailReport Tail => _log.Tail;

    /// <summary>Opens a journal, which fences every earlier owner, and brings an empty state to its end.</summary>
    /// <exception cref="LogDamagedException">The journal is damaged, so the state cannot be known.</exception>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    public static async ValueTask<Journal> OpenAsync(
        ILogStore store, LogId id, IJournalState state, JournalOptions options, CancellationToken cancellationToken)
    {
        var log = await store.OpenAsync(id, new LogOptions(options.Durability, Level: options.Level), NoObserver.Instance, cancellationToken);
        var replay = new JournalReplay(log, state);
        await replay.RunAsync(cancellationToken);
        return new Journal(log, state, options, store.Levels, replay);
    }

    /// <summary>Applies an entry to the state at once; the answer says when it is kept.</summary>
    /// <exception cref="ArgumentException">The entry is larger than a batch may be.</exception>
    public Task<StoreOutcome> AppendAsync(ReadOnlySpan<byte> entry)
    {
        Add(entry);
        return WhenDurable();
    }

    /// <summary>
    /// Applies an entry to the state at once, and leaves it to the next call of <see cref="AppendAsync"/> or <see cref="WhenDurable"/> to have it
    /// written: entries that are made one after the other take one commit then, and not two of which the second waits for the first.
    /// </summary>
    /// <returns>False where the journal takes no more entries.</returns>
    /// <exception cref="ArgumentException">The entry is larger than a batch may be.</exception>
    public bool Add(ReadOnlySpan<byte> entry)
    {
        if (entry.Length > JournalFormat.PieceBytes)
        {
            throw new ArgumentException($"A journal entry has {entry.Length} bytes; allowed are {JournalFormat.PieceBytes}.", nameof(entry));
        }

        if (HasFailed)
        {
            return false;
        }

        _state.Apply(entry);
        JournalFormat.AppendEntry(_open, entry);
        _lastDone = _openDone.Task;
        return true;
    }

    private bool HasFailed => _lastDone.IsCompleted && (!_lastDone.IsCompletedSuccessfully || _lastDone.Result != StoreOutcome.Done);

    /// <summary>Completes when everything that the state shows now is kept.</summary>
    public Task<StoreOutcome> WhenDurable()
    {
        if (_open.RecordCount != 0 && _writing.IsCompleted && !HasFailed)
        {
            _writing = WriteAsync();
        }

        return _lastDone;
    }

    /// <summary>
    /// Asks the store whether this owner still is the owner: for an answer that nothing which was written vouches for. Entries are written
    /// meanwhile as ever.
    /// </summary>
    /// <returns>Done, or what the journal's last write was answered where it takes no more entries.</returns>
    public async Task<StoreOutcome> ConfirmAsync() => await (HasFailed ? _lastDone : _log.ConfirmAsync().AsTask());

    /// <summary>Waits for what is being written, then lets the journal go.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing;
        await _log.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        while (_open.RecordCount != 0)
        {
            var done = _openDone;
            _openDone = NewDone();
            try
            {
                var outcome = IsSnapshotDue() ? await WriteSnapshotAsync() : await WriteEntriesAsync();
                if (outcome != StoreOutcome.Done)
                {
                    Fail(done, failed => failed.SetResult(outcome));
                    return;
                }

                done.SetResult(outcome);
            }
            catch (Exception error)
            {
                Fail(done, failed => failed.SetException(error));
                return;
            }
        }
    }

    /// <summary>What came behind a commit that failed fails with it.</summary>
    private void Fail(TaskCompletionSource<StoreOutcome> done, Action<TaskCompletionSource<StoreOutcome>> fail)
    {
        fail(done);
        fail(_openDone);
        _lastDone = done.Task;
    }

    /// <summary>Entries that would not fit into one commit are never written: the snapshot stands for them.</summary>
    private bool IsSnapshotDue() =>
        IsLevelBehind
        || (_log.UsesCheckpoints && _commits >= Math.Max(_options.SnapshotAfterCommits, _snapshotBytes / BytesOfACommit))
        || _entryBytes + _open.SizeInBytes > Math.Max(_options.SnapshotAfterBytes, _snapshotBytes)
        || _open.SizeInBytes > StoreLimits.MaxCommitBytes / 2;

    /// <summary>An entry may be of the level that the cluster came to, and stands in a segment that carries it: a snapshot begins one.</summary>
    private bool IsLevelBehind => _active is not null && _options.Level is null && _log.Level < _levels.Current;

    private async ValueTask<StoreOutcome> WriteEntriesAsync()
    {
        var next = _next.Plus(_open.RecordCount);
        var batch = JournalFormat.Stamp(_open, _next, Epoch);
        var outcome = _active is null ? await RollAsync(_next) : StoreOutcome.Done;
        _next = next;
        _entryBytes += batch.Length;
        _commits++;
        return outcome == StoreOutcome.Done ? await _log.AppendAsync([batch]) : outcome;
    }

    private async ValueTask<StoreOutcome> RollAsync(Offset first)
    {
        // A segment that was begun and never written to is used as it is.
        if (_active == first)
        {
            return StoreOutcome.Done;
        }

        _active = first;
        return await _log.RollAsync(first);
    }

    /// <summary>The state holds every entry that waits, so the snapshot stands for them too and they are not written.</summary>
    private async ValueTask<StoreOutcome> WriteSnapshotAsync()
    {
        var snapshot = new ArrayBufferWriter<byte>();
        _state.WriteSnapshot(snapshot);
        _open.Build(ProducerStamp.None);
        var first = _next;
        var pieces = JournalFormat.WriteSnapshot(snapshot.WrittenMemory, first, Epoch).ToList();
        _next = first.Plus(pieces.Count);

        var outcome = await RollAsync(first);
        foreach (var piece in pieces)
        {
            outcome = outcome == StoreOutcome.Done ? await _log.AppendAsync([piece]) : outcome;
        }

        if (outcome == StoreOutcome.Done)
        {
            (_entryBytes, _commits) = (0, 0);
            _snapshotBytes = snapshot.WrittenCount;
            outcome = await _log.DeleteBeforeAsync(first);
        }

        return outcome;
    }

    private static TaskCompletionSource<StoreOutcome> NewDone() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class NoObserver : ITailObserver
    {
        public static NoObserver Instance { get; } = new();

        /// <summary>Nothing: the replay walks the journal, and tells what is wrong with it.</summary>
        public ValueTask<TailStart> BeginAsync(ILog log, SegmentExtent last, CancellationToken cancellationToken) => new(new TailStart(last.Length, default));

        public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
        {
        }
    }
}
