namespace OrleansQueue.Storage.Files;

/// <summary>
/// A handle of a log on files. Its fields are written by the one call that is under way, on the disk's threads, and read by
/// the next after that one completed.
/// </summary>
internal sealed class FileLog(LogId id, Epoch epoch, LogOptions options, LogSlot slot, FileStoreParts store) : ILog
{
    private static readonly TimeSpan BetweenMarks = TimeSpan.FromSeconds(1);

    private Offset? _active;
    private Offset? _stateKept;
    private long _end;
    private long _synced;
    private long _markedPosition;
    private long _markNumber;
    private long _markedAt;
    private long _sidecars;
    private FormatLevel? _level;
    private bool _rollFailed;
    private bool _lacksRoom;

    public LogId Id => id;

    public Epoch Epoch => epoch;

    public FormatLevel Level => _level ?? NextLevel;

    private FormatLevel NextLevel => options.Level ?? store.Options.Levels.Behind(_level ?? FormatLevel.First);

    public IReadOnlyList<SegmentExtent> Segments { get; private set; } = [];

    public TailReport Tail { get; private set; } = TailReport.Whole;

    /// <summary>Takes over what recovery found.</summary>
    public void Begin(RecoveredFiles found)
    {
        Segments = found.Segments;
        Tail = found.Tail;
        _lacksRoom = found.LacksRoom;
        _level = found.Level;
        if (found.Segments.Count != 0)
        {
            _active = found.Segments[^1].FirstOffset;
            _end = found.Segments[^1].Length;
            _synced = found.SyncedTo;
            (_markNumber, _markedPosition) = found.Mark;
        }
    }

    public ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        long bytes = 0;
        foreach (var part in parts)
        {
            bytes += part.Length;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, StoreLimits.MaxCommitBytes, nameof(parts));
        FileCommit commit;
        lock (slot.Lock)
        {
            if (slot.Owner != epoch)
            {
                return new(StoreOutcome.Fenced);
            }

            if (_lacksRoom)
            {
                return new(StoreOutcome.NoSpace);
            }

            ThrowIfUnusable();
            commit = new FileCommit(this, _active ?? throw new InvalidOperationException("A new log begins with a roll."), _end, parts, bytes);
            slot.InFlight = commit.Done;
        }

        if (options.Durability == Durability.Fsync && bytes <= store.Options.WriteAheadMaxCommitBytes)
        {
            store.WriteAhead.Commit(commit);
        }
        else
        {
            RunAlone(commit);
        }

        return new(commit.Done);
    }

    public ValueTask<StoreOutcome> RollAsync(Offset firstOffset) => _lacksRoom ? new(StoreOutcome.NoSpace) : WriteAsync(() =>
    {
        ThrowIfUnusable();
        if (firstOffset <= _active)
        {
            throw new InvalidOperationException($"Segment {firstOffset} would not lie behind segment {_active}.");
        }

        // Until the new file is known to be there or not, nobody knows which segment is the last.
        _rollFailed = true;
        if (_active is { } last)
        {
            SyncSegment(last);
            WriteMark(last, _end);
        }

        var level = NextLevel;
        store.Segments.Create(id, firstOffset, epoch, level);
        (_active, _level) = (firstOffset, level);
        _end = _synced = _markedPosition = _markNumber = 0;
        _rollFailed = false;
    });

    public async ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken)
    {
        // A read that has begun is waited for: its buffer may be somebody else's as soon as this returns.
        cancellationToken.ThrowIfCancellationRequested();
        return await store.Reads.RunAsync(() => store.Segments.Read(id, segment, position, into.Span));
    }

    public ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept) => WriteAsync(() =>
    {
        var folder = store.Folder.FolderOf(id);
        var expired = store.Disk.List(folder).Select(SegmentName.Parse).OfType<Offset>().Where(segment => segment < firstKept).Order().ToList();
        if (expired.Count != 0 && _stateKept != firstKept)
        {
            MakeStateLast(folder, firstKept);
            _stateKept = firstKept;
        }

        foreach (var segment in expired)
        {
            store.Segments.Delete(id, segment);
        }

        // An earlier attempt may have deleted all and not synced that.
        store.Disk.SyncFolder(folder);
    });

    /// <summary>A folder has one silo, so its memory knows every owner.</summary>
    public ValueTask<StoreOutcome> ConfirmAsync()
    {
        lock (slot.Lock)
        {
            return new(slot.Owner == epoch ? StoreOutcome.Done : StoreOutcome.Fenced);
        }
    }

    public async ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content)
    {
        var path = Path.Combine(store.Folder.FolderOf(id), SegmentName.OfSidecar(segment, kind));

        // Two may be written at once, each by a name of its own.
        var fresh = $"{path}.{epoch}-{Interlocked.Increment(ref _sidecars)}.new";
        await store.Writes.RunAsync(() =>
        {
            if (!store.Disk.FileExists(store.Segments.PathOf(id, segment)))
            {
                throw new FileNotFoundException($"There is no segment {segment}.");
            }

            using (var file = store.Disk.Open(fresh, create: true))
            {
                file.SetLength(0);
                file.Write(0, content.Span);
            }

            store.Disk.Rename(fresh, path);
            return true;
        });
    }

    public async ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Combine(store.Folder.FolderOf(id), SegmentName.OfSidecar(segment, kind));
        return await store.Reads.RunAsync(() => store.Disk.FileExists(path) ? store.Disk.ReadWhole(path) : null);
    }

    /// <summary>Leaves a mark of what is synced, so that the next opening need not sync again and can tell damage from a torn tail.</summary>
    public async ValueTask DisposeAsync()
    {
        var outcome = await WriteAsync(() =>
        {
            if (_active is { } segment && _synced > _markedPosition && slot.Suspect is null && Tail.Damage is null)
            {
                WriteMark(segment, _synced);
            }
        });

        if (outcome != StoreOutcome.Fenced && _active is { } last)
        {
            store.Segments.Forget(id, last);
        }
    }

    /// <summary>Writes bytes of a commit to the segment. On the disk's threads.</summary>
    public void WriteSegment(Offset segment, long position, IReadOnlyList<ReadOnlyMemory<byte>> bytes, bool aroundCache)
    {
        using var lease = store.Segments.Rent(id, segment);
        if (_synced > _markedPosition && store.Options.Clock.GetElapsedTime(_markedAt) >= BetweenMarks)
        {
            WriteMark(lease.File, _synced);
        }

        lease.File.Write(SegmentHeader.Size + position, bytes, aroundCache);
    }

    public void SyncSegment(Offset segment) => store.SyncSegment(id, segment);

    /// <summary>Takes back what a write left behind a position, so that a refusal for want of room is one.</summary>
    public void Undo(Offset segment, long position)
    {
        using (var lease = store.Segments.Rent(id, segment))
        {
            lease.File.SetLength(SegmentHeader.Size + position);
        }

        SyncSegment(segment);
    }

    public void Extend(long bytes) => _end += bytes;

    public void MarkSynced() => _synced = _end;

    /// <summary>A write failed from that position on; this handle appends no more.</summary>
    public void Distrust(Offset segment, long position)
    {
        lock (slot.Lock)
        {
            slot.Suspect ??= new SegmentExtent(segment, position);
        }
    }

    private void RunAlone(FileCommit commit)
    {
        try
        {
            _ = store.Writes.RunAsync(() =>
            {
                // Without a sync the page cache is all that the durability promises, and writing to it is done the soonest.
                var sync = options.Durability == Durability.Fsync;
                commit.RunAlone(sync, aroundCache: sync && store.Options.WriteAroundPageCache);
                return true;
            });
        }
        catch (ObjectDisposedException closed)
        {
            commit.Fail(new IOException("The store is closed.", closed));
        }
    }

    /// <summary>Needs no room on the disk, which a deletion may be about to make.</summary>
    private void MakeStateLast(string folder, Offset segment)
    {
        var path = Path.Combine(folder, SegmentName.OfSidecar(segment, Sidecar.State));
        if (!store.Disk.FileExists(path))
        {
            return;
        }

        try
        {
            using var file = store.Disk.Open(path, create: false);
            file.Sync();
        }
        catch
        {
            // A second sync could answer well and have lost the pages; while the older segments are there, it is rebuilt.
            store.Disk.Delete(path);
            throw;
        }

        store.Disk.SyncFolder(folder);
    }

    private void ThrowIfUnusable()
    {
        if (Tail.Damage is { } damage)
        {
            throw damage;
        }

        if (slot.Suspect is not null || _rollFailed)
        {
            throw new InvalidOperationException("A write failed; open the log again.");
        }
    }

    private void WriteMark(Offset segment, long position)
    {
        using var lease = store.Segments.Rent(id, segment);
        WriteMark(lease.File, position);
    }

    private void WriteMark(IDiskFile file, long position)
    {
        var (at, bytes) = SegmentHeader.WriteMark(++_markNumber, position);
        file.Write(at, bytes);
        _markedPosition = position;
        _markedAt = store.Options.Clock.GetTimestamp();
    }

    /// <summary>Runs a write of this owner; the next owner waits for its end.</summary>
    private async ValueTask<StoreOutcome> WriteAsync(Action write)
    {
        Task<StoreOutcome> running;
        lock (slot.Lock)
        {
            if (slot.Owner != epoch)
            {
                return StoreOutcome.Fenced;
            }

            slot.InFlight = running = store.Writes.RunAsync(() => RunWrite(write));
        }

        return await running;
    }

    private static StoreOutcome RunWrite(Action write)
    {
        try
        {
            write();
            return StoreOutcome.Done;
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            return StoreOutcome.NoSpace;
        }
    }
}
