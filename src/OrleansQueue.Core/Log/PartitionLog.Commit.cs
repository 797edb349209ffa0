using OrleansQueue.Broker;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>
/// Group commit: everything that waits is written at once, and all are answered. While the store is waited for, the next group gathers.
/// </summary>
internal sealed partial class PartitionLog
{
    private readonly Queue<PendingCommit> _pending = new();
    private PendingCommit? _open;
    private readonly Queue<PendingCommit> _writes = new();
    private bool _rolling;
    private bool _starting;
    private long _pendingBytes;
    private Task _writing = Task.CompletedTask;
    private bool _disposed;
    private bool _fenced;
    private bool _failed;
    private bool _full;
    private bool _reopening;
    private long _failedAt;

    private PendingCommit Enqueue(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> records, Offset baseOffset, Offset nextOffset)
    {
        var bytes = header.Length + records.Length;
        if (_open is null || _open.Bytes + bytes > StoreLimits.MaxCommitBytes)
        {
            _open = new PendingCommit(baseOffset);
            _pending.Enqueue(_open);
        }

        var commit = _open;
        commit.Add(header, records, nextOffset);
        _pendingBytes += bytes;
        WritePending();
        return commit;
    }

    private PendingCommit? FindPending(Offset offset) =>
        _writes.Concat(_pending).FirstOrDefault(commit => offset >= commit.FirstOffset && offset < commit.NextOffset);

    /// <summary>Begins to write what waits, as many commits at once as the store takes; one that ends the segment first is written alone.</summary>
    private void WritePending()
    {
        if (_starting)
        {
            // A write that was done at once; whoever began it goes on with the next.
            return;
        }

        _starting = true;
        while (!_retaining && !_failed && !_rolling && _writes.Count < _opened.Log.AppendsAtOnce && _pending.TryPeek(out var commit))
        {
            _rolling = IsRollDue(commit);
            if (_rolling && _writes.Count != 0)
            {
                // Its turn comes when those before it are done.
                _rolling = false;
                break;
            }

            _pending.Dequeue();
            if (ReferenceEquals(commit, _open))
            {
                _open = null;
            }

            _writes.Enqueue(commit);
            _writing = WriteAsync(commit, _rolling, _writing);
        }

        _starting = false;
    }

    /// <summary>Writes a commit, and shows it behind those before it.</summary>
    private async Task WriteAsync(PendingCommit commit, bool isRollDue, Task before)
    {
        var began = _clock.GetTimestamp();
        Exception? error = null;
        var outcome = StoreOutcome.Done;
        try
        {
            outcome = isRollDue ? await RollAsync(commit.FirstOffset) : outcome;
            outcome = outcome == StoreOutcome.Done ? await _opened.Log.AppendAsync(commit.Parts) : outcome;
        }
        catch (Exception failure)
        {
            error = failure;
        }

        await before;
        _writes.Dequeue();
        _rolling &= !isRollDue;
        if (commit.HasFailed)
        {
            // With one before it; who waited was told.
        }
        else if (error is not null)
        {
            FailAll(commit, error);
        }
        else if (outcome != StoreOutcome.Done)
        {
            FailAll(commit, outcome);
        }
        else
        {
            Show(commit);
            _events.Committed(_options.Log, commit.Bytes, _clock.GetElapsedTime(began));
        }

        WritePending();
    }

    /// <summary>Ends a time in which something else than the writer had the log's handle.</summary>
    private void ResumeWriting(TaskCompletionSource working)
    {
        _writing = Task.CompletedTask;
        WritePending();
        working.SetResult();
    }

    /// <summary>The commit is kept: readers may see it, and those who wait for it are answered.</summary>
    private void Show(PendingCommit commit)
    {
        var segment = _opened.Segments.Active!;
        foreach (var (header, position, headerBytes, records) in commit.Batches(segment.Length))
        {
            segment.Begun ??= _lastAppend;
            segment.Indexes!.Add(header, position, _lastAppend);
            _opened.State.Add(header, _lastAppend);
            _cache.Add(new CachedBatch(header.BaseOffset, header.NextOffset, headerBytes, records));
        }

        segment.Length += commit.Bytes;
        _pendingBytes -= commit.Bytes;
        _full = false;
        Offsets.Commit(commit.NextOffset);
        CountTowardsCheckpoint(commit);
        commit.Complete();
        (_nextCommit, var waited) = (null, _nextCommit);
        waited?.TrySetResult();
    }

    private void FailAll(PendingCommit? commit, StoreOutcome outcome)
    {
        if (outcome == StoreOutcome.Fenced)
        {
            _fenced = true;
            FailAll(commit, failed => failed.Fail(new ProduceResult.Fenced()));
            _events.Fenced(_options.Log, Epoch);
        }
        else
        {
            _full = true;
            FailAll(commit, failed => failed.Fail(new ProduceResult.NoSpace(_options.RetryAfterFailure)));
            _events.WriteFailed(_options.Log, null);
        }
    }

    private void FailAll(PendingCommit? commit, Exception error)
    {
        _full = false;
        FailAll(commit, failed => failed.Fail(error));
        _events.WriteFailed(_options.Log, error);
    }

    /// <summary>What waits behind a commit that failed has offsets behind it, so all of it fails.</summary>
    private void FailAll(PendingCommit? commit, Action<PendingCommit> fail)
    {
        _failed = true;
        _failedAt = _clock.GetTimestamp();
        var waiting = _writes.Concat(_pending).Where(other => other != commit).ToList();
        _pending.Clear();
        _open = null;
        _pendingBytes = 0;
        Offsets.Rewind();
        if (commit is not null)
        {
            fail(commit);
        }

        waiting.ForEach(fail);
    }

    private ProduceResult? FindObstacle()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_fenced)
        {
            return new ProduceResult.Fenced();
        }

        if (Damage is { } damage)
        {
            throw damage;
        }

        if (!_failed)
        {
            return null;
        }

        var left = _options.RetryAfterFailure - _clock.GetElapsedTime(_failedAt);
        if (_reopening || left > TimeSpan.Zero)
        {
            var after = left > _options.ThrottleTime ? left : _options.ThrottleTime;
            return _full ? new ProduceResult.NoSpace(after) : new ProduceResult.Throttled(after);
        }

        return null;
    }

    private async ValueTask ReopenAsync()
    {
        // Who disposes of the log waits for this too: an opening that came later would fence the next owner.
        var (working, writing) = (new TaskCompletionSource(), _writing);
        _writing = working.Task;
        _reopening = true;
        try
        {
            await writing;
            var opened = await OpenedLog.OpenAsync(_store, _options, _clock, _events, Epoch, CancellationToken.None);
            if (opened.LogEnd < Offsets.HighWatermark)
            {
                await opened.Log.DisposeAsync();
                throw new LogDamagedException($"log {_options.Log}", 0, opened.LogEnd, $"records up to offset {Offsets.HighWatermark} were acknowledged");
            }

            var before = _opened.Log;
            (_opened, _assigned, _reader) = Take(opened);
            Offsets = new OffsetLadder(opened.LogStart, opened.LogEnd);
            _deletion = null;
            _failed = false;
            await before.DisposeAsync();
        }
        catch (LogFencedException)
        {
            _fenced = true;
            _events.Fenced(_options.Log, Epoch);
        }
        catch
        {
            _failedAt = _clock.GetTimestamp();
            throw;
        }
        finally
        {
            _reopening = false;
            ResumeWriting(working);
        }
    }
}
