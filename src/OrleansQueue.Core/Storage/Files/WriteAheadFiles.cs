namespace OrleansQueue.Storage.Files;

/// <summary>
/// The files of the write-ahead log: the one in use, the full ones, whose segments are being synced (the checkpoint), and the
/// free ones. While commits come, the checkpoint syncs one segment for each round of theirs, so that it cannot crowd them
/// out on a disk that serves one sync at a time. Where it falls behind that way it stops giving way, and where that is not
/// enough, commits wait for it: there are never more than a few files.
/// </summary>
internal sealed class WriteAheadFiles(IDisk disk, IDiskScheduler scheduler, StoreFolder folder, SegmentFiles segments, int fileBytes, long lastGeneration)
    : IDisposable
{
    // One full file while the next one fills is the rule; more of them show that the checkpoint falls behind.
    private const int FullWithoutHurry = 1;
    private const int FullAtMost = 3;

    private readonly object _lock = new();
    private readonly List<WriteAheadFile> _files = [];
    private readonly LinkedList<WriteAheadFile> _full = new();

    // Used again in the order in which they became free: an older one may hold what a newer one calls off.
    private readonly Queue<WriteAheadFile> _free = new();
    private WriteAheadFile? _active;
    private IOException? _failed;
    private long _generation = lastGeneration;
    private long _oldestReplayed;
    private int _filesMade;
    private bool _makingSpare;
    private bool _syncing;
    private bool _syncIsQueued;
    private bool _commitsCome;

    /// <summary>Whether a replay now would write to a segment of that log.</summary>
    public bool SpeakOf(LogId log)
    {
        lock (_lock)
        {
            // A file that was given free stays what it is on the disk until it is used again or the newest header passes it by.
            return _files.Any(file => file.Generation >= _oldestReplayed && file.Segments.Any(segment => segment.Log == log));
        }
    }

    /// <summary>Takes no more commits and gives no file free, so that opening the store again can repair what <paramref name="error"/> spoiled.</summary>
    public void Stop(IOException error)
    {
        lock (_lock)
        {
            _failed ??= error;
        }
    }

    /// <summary>The file that the next entries go to, with room for so many bytes.</summary>
    /// <exception cref="IOException">A segment could not be synced before, or no file can be made.</exception>
    public WriteAheadFile WithRoomFor(int bytes)
    {
        CatchUp();
        WriteAheadFile? next;
        long generation;
        long oldest;
        lock (_lock)
        {
            if (_failed is not null)
            {
                throw new IOException("The write-ahead log stopped because a segment could not be synced; open the store again.", _failed);
            }

            if (_active is not null && _active.Room >= bytes)
            {
                return _active;
            }

            SetActiveAsideLocked();
            _free.TryDequeue(out next);
            generation = ++_generation;
            oldest = _full.First?.Value.Generation ?? generation;
        }

        next ??= Make();
        try
        {
            next.Begin(folder.Id, generation, oldest);
        }
        catch
        {
            lock (_lock)
            {
                _free.Enqueue(next);
            }

            throw;
        }

        lock (_lock)
        {
            _active = next;
            _oldestReplayed = oldest;
        }

        MakeSpare();
        return next;
    }

    /// <summary>Notes that a file speaks of these segments.</summary>
    public void Note(WriteAheadFile file, IEnumerable<IWriteAheadCommit> commits)
    {
        lock (_lock)
        {
            foreach (var commit in commits)
            {
                if (commit.Segment is { } segment)
                {
                    file.Segments.Add((commit.Log, segment));
                }
            }
        }
    }

    /// <summary>Uses the active file no further: what became of the last entries in it is unknown.</summary>
    public void SetActiveAside()
    {
        lock (_lock)
        {
            SetActiveAsideLocked();
        }
    }

    /// <summary>Goes on with the checkpoint: by one segment while commits come, to its end where none do.</summary>
    public void Advance(bool commitsCome)
    {
        lock (_lock)
        {
            _commitsCome = commitsCome;
            if (_syncing || _syncIsQueued || _full.First is null || _failed is not null)
            {
                return;
            }

            _syncIsQueued = true;
        }

        Start(() => SyncSegments(() => _commitsCome && _full.Count <= FullWithoutHurry));
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private void SetActiveAsideLocked()
    {
        if (_active is not null)
        {
            _active.Unsynced = new Queue<(LogId, Offset)>(_active.Segments);
            _full.AddLast(_active);
            _active = null;
        }
    }

    /// <summary>Has no more full files than there may be, if commits must wait for it.</summary>
    private void CatchUp()
    {
        bool TooMany() => _full.Count > FullAtMost && _failed is null;
        while (true)
        {
            lock (_lock)
            {
                // Another thread may be at it; each segment that it syncs wakes this one.
                while (_syncing && TooMany())
                {
                    Monitor.Wait(_lock);
                }

                if (!TooMany())
                {
                    return;
                }
            }

            SyncSegments(() => !TooMany());
        }
    }

    /// <summary>Syncs segments of full files, one thread at a time, until there are none or <paramref name="isEnough"/> says so.</summary>
    private void SyncSegments(Func<bool> isEnough)
    {
        lock (_lock)
        {
            _syncIsQueued = false;
            if (_syncing)
            {
                return;
            }

            _syncing = true;
        }

        var enough = false;
        while (!enough && TakeSegment() is { } next)
        {
            try
            {
                segments.SyncIfThere(next.Log, next.Segment);
            }
            catch (Exception error)
            {
                Stop(StorageError.From(error));
            }

            lock (_lock)
            {
                enough = isEnough();
                Monitor.PulseAll(_lock);
            }
        }

        lock (_lock)
        {
            _syncing = false;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>The next segment to sync, or null; full files whose segments are all synced become free on the way, the oldest first.</summary>
    private (LogId Log, Offset Segment)? TakeSegment()
    {
        lock (_lock)
        {
            while (_failed is null && _full.First is { Value: var oldest })
            {
                if (oldest.Unsynced.TryDequeue(out var next))
                {
                    return next;
                }

                _full.RemoveFirst();
                _free.Enqueue(oldest);
            }

            return null;
        }
    }

    private void Start(Action work)
    {
        try
        {
            _ = scheduler.RunAsync(() =>
            {
                work();
                return true;
            });
        }
        catch (ObjectDisposedException)
        {
            // The store is closing: what is not synced here is replayed when it is opened again.
        }
    }

    /// <summary>Filling a file with zeros takes a while, so the next one is made before it is needed.</summary>
    private void MakeSpare()
    {
        lock (_lock)
        {
            if (_makingSpare || _free.Count != 0)
            {
                return;
            }

            _makingSpare = true;
        }

        Start(() =>
        {
            WriteAheadFile? spare = null;
            try
            {
                spare = Make();
            }
            finally
            {
                // Where it could not be made, the commit that needs it makes it, and tells its owner if that fails too.
                lock (_lock)
                {
                    _makingSpare = false;
                    if (spare is not null)
                    {
                        _free.Enqueue(spare);
                    }
                }
            }
        });
    }

    private WriteAheadFile Make()
    {
        var name = WriteAheadFile.NameOf(Interlocked.Increment(ref _filesMade));
        var made = WriteAheadFile.Create(disk, folder.WriteAhead, name, fileBytes);
        lock (_lock)
        {
            _files.Add(made);
        }

        return made;
    }
}
