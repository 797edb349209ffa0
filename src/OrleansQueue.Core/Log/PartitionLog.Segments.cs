using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>How long segments get and how long they stay.</summary>
internal sealed partial class PartitionLog
{
    private bool _retaining;
    private Deletion? _deletion;
    private long _deletionEndedAt;

    /// <summary>Whether a deletion began that is not done, because it is under way or failed: the next retention ends it.</summary>
    public bool IsDeletionOpen => _deletion is not null;

    /// <summary>
    /// Deletes whole segments that are past the retention and below <paramref name="protectedFrom"/>. The newest segment is
    /// ended first where all of it is past its time, so that an idle partition empties too.
    /// </summary>
    /// <param name="retention">What is kept.</param>
    /// <param name="protectedFrom">The first offset that a protected group still needs, or null.</param>
    /// <param name="cancellationToken">Ends the search for what may go.</param>
    /// <returns>How many segments went.</returns>
    /// <exception cref="IOException">They could not be deleted. Some may be gone; the next call deletes the rest first.</exception>
    public ValueTask<int> ApplyRetentionAsync(Retention retention, Offset? protectedFrom, CancellationToken cancellationToken) => RunAloneAsync(async () =>
    {
        // What was begun is ended before any segment is looked at: of those that are going, some are not there any more.
        var made = _deletion is { } failed ? await DeleteAsync(failed.FirstKept) : 0;
        return IsWritable() ? made + await ApplyRetentionAloneAsync(retention, protectedFrom, cancellationToken) : made;
    });

    /// <summary>When the oldest segment will be past its time, if nothing more is appended to it; null where nothing ever is, or where that is not known.</summary>
    public async ValueTask<Timestamp?> NextExpiryAsync(Retention retention, CancellationToken cancellationToken)
    {
        if (retention.Time is not { } time || !IsWritable() || IsDeletionOpen || _opened.Segments.Active is null || Offsets.LogStart == Offsets.HighWatermark)
        {
            return null;
        }

        var oldest = _opened.Segments[0];
        return (await _opened.Segments.IndexesOfAsync(oldest, cancellationToken)).Times.LastAppend.Plus(time).Plus(TimeSpan.FromMilliseconds(1));
    }

    private bool IsWritable() => !_failed && !_fenced && Damage is null;

    /// <summary>Has the log's handle for something else than the writer, which stops behind the commit that it has under way, so that a log that is never idle is cleaned up too.</summary>
    /// <returns>What the work answers; 0 where it cannot be done now.</returns>
    private async ValueTask<int> RunAloneAsync(Func<ValueTask<int>> work)
    {
        if (_retaining || _disposed || !IsWritable())
        {
            return 0;
        }

        var writer = _writing;
        var working = new TaskCompletionSource();
        _writing = working.Task;
        _retaining = true;
        try
        {
            await writer;
            return IsWritable() ? await work() : 0;
        }
        finally
        {
            _retaining = false;
            ResumeWriting(working);
        }
    }

    private async ValueTask<int> ApplyRetentionAloneAsync(Retention retention, Offset? protectedFrom, CancellationToken cancellationToken)
    {
        var segments = _opened.Segments;
        if (segments.Active is not { } active)
        {
            return 0;
        }

        var now = Timestamp.Now(_clock);
        _opened.State.Producers?.Expire(now.Plus(-_options.ProducerExpiry));
        _assigned.Producers?.Expire(now.Plus(-_options.ProducerExpiry));
        if (active.Length != 0 && retention.IsExpired(active.Indexes!.Times.LastAppend, now) && _pending.Count == 0 && !await TryRollAsync())
        {
            return 0;
        }

        var expired = 0;
        for (var bytes = segments.TotalBytes; expired < segments.Count - 1; expired++)
        {
            var isTooMuch = retention.IsTooMuch(bytes - segments[expired].Length);
            if (segments[expired + 1].FirstOffset > protectedFrom || (!isTooMuch && !await IsExpiredAsync(segments[expired], retention, now, cancellationToken)))
            {
                break;
            }

            bytes -= segments[expired].Length;
        }

        if (expired == 0)
        {
            return 0;
        }

        var firstKept = segments[expired].FirstOffset;
        await KeepStateAsync(expired, now, cancellationToken);

        return await DeleteAsync(firstKept);
    }

    /// <summary>
    /// Deletes segments, and only then tells readers of the new start: what an owner announced and did not do, because it was replaced
    /// or its store failed, the next one would have again, and a group would have passed over it. A deletion that failed stays open
    /// until it is done, since some of its segments may be gone, or until the log is opened again, which finds out what is left.
    /// </summary>
    /// <returns>How many segments went.</returns>
    private async ValueTask<int> DeleteAsync(Offset firstKept)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _deletion = new Deletion(firstKept, ended.Task);
        try
        {
            await _opened.Segments.LeaveAsync(firstKept);
            switch (await _opened.Log.DeleteBeforeAsync(firstKept))
            {
                case StoreOutcome.Fenced:
                    FailAll(null, StoreOutcome.Fenced);
                    return 0;
                case StoreOutcome.NoSpace:
                    throw new IOException($"There is no room to delete the segments of log {_options.Log} before offset {firstKept}.");
                default:
                    _deletion = null;
                    Offsets.Trim(firstKept);
                    _opened.State.Epochs.Trim(firstKept);
                    return _opened.Segments.RemoveBefore(firstKept);
            }
        }
        finally
        {
            _deletionEndedAt = _clock.GetTimestamp();
            ended.SetResult();
        }
    }

    /// <summary>Whether a record is gone, or its deletion has begun, so that it may be missing for a reader.</summary>
    private bool IsGoing(Offset offset) => offset < Offsets.LogStart || offset < _deletion?.FirstKept;

    /// <summary>
    /// Waits for the end of the deletion that is under way. One that failed is tried again, at most once in
    /// <see cref="PartitionLogOptions.RetryAfterFailure"/>: a reader that misses its records should not wait for the next retention.
    /// </summary>
    private async ValueTask EndDeletionAsync()
    {
        if (_deletion is not { } deletion)
        {
            return;
        }

        await deletion.Ended;
        if (ReferenceEquals(_deletion, deletion) && _clock.GetElapsedTime(_deletionEndedAt) >= _options.RetryAfterFailure)
        {
            try
            {
                await RunAloneAsync(() => DeleteAsync(deletion.FirstKept));
            }
            catch (IOException error)
            {
                _events.RetentionFailed(_options.Log, error);
            }
        }
    }

    /// <summary>Where that fails, the segments go all the same: on a full disk nothing else would make room, and damage does not pass.</summary>
    private async ValueTask KeepStateAsync(int index, Timestamp now, CancellationToken cancellationToken)
    {
        try
        {
            await _opened.KeepStateAsync(index, now, cancellationToken);
        }
        catch (LogDamagedException damage)
        {
            _events.Damaged(_options.Log, damage);
        }
        catch (IOException error)
        {
            _events.SidecarLost(_options.Log, _opened.Segments[index].FirstOffset, error);
        }
    }

    private async ValueTask<bool> IsExpiredAsync(LogSegment segment, Retention retention, Timestamp now, CancellationToken cancellationToken)
    {
        try
        {
            return retention.IsExpired((await _opened.Segments.IndexesOfAsync(segment, cancellationToken)).Times.LastAppend, now);
        }
        catch (LogDamagedException damage)
        {
            // How old it is cannot be told any more. It stays until an operator or the limit by bytes decides.
            _events.Damaged(_options.Log, damage);
            return false;
        }
    }

    private bool IsRollDue(PendingCommit commit)
    {
        var active = _opened.Segments.Active;
        var before = _writes.Sum(static write => write.Bytes);
        return active is null || (active.Length + before != 0
            && (active.Length + before + commit.Bytes > Math.Min(_options.SegmentBytes, StoreLimits.MaxSegmentBytes)
                || commit.NextOffset.Value - active.FirstOffset.Value > int.MaxValue
                || (active.Begun is { } begun && Timestamp.Now(_clock) > begun.Plus(_options.SegmentAge))));
    }

    private async ValueTask<bool> TryRollAsync()
    {
        try
        {
            var outcome = await RollAsync(Offsets.HighWatermark);
            if (outcome != StoreOutcome.Done)
            {
                FailAll(null, outcome);
            }

            return outcome == StoreOutcome.Done;
        }
        catch (Exception error)
        {
            FailAll(null, error);
            throw;
        }
    }

    private async ValueTask<StoreOutcome> RollAsync(Offset firstOffset)
    {
        var ended = _opened.Segments.Active;
        var outcome = await _opened.Log.RollAsync(firstOffset);
        if (outcome != StoreOutcome.Done)
        {
            return outcome;
        }

        (_bytesSinceCheckpoint, _commitsSinceCheckpoint) = (0, 0);
        _opened.Segments.Add(new LogSegment(firstOffset, 0) { Indexes = SegmentIndexes.New(firstOffset, _options.IndexEveryBytes) });
        if (ended is not null)
        {
            await _opened.Segments.KeepAsync(ended, ended.Indexes!);
            await _opened.Segments.KeepAsync(firstOffset, _opened.State);
        }

        return StoreOutcome.Done;
    }

    /// <summary>Segments that are being deleted, or should have been: all before an offset.</summary>
    /// <param name="FirstKept">The first segment that stays.</param>
    /// <param name="Ended">Completes when the store has answered.</param>
    private sealed record Deletion(Offset FirstKept, Task Ended);
}
