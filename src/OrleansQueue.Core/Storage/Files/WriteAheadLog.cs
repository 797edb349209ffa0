namespace OrleansQueue.Storage.Files;

/// <summary>
/// The write-ahead files that all logs of a store share. A small commit is written to its segment, unsynced, and to the
/// write-ahead file; one sync of that file then serves every log that was waiting. A full file is given free once the
/// segments that it speaks of are synced themselves. After loss of power the files are replayed before any log is opened.
/// <para>
/// Failure: when writing or syncing a file fails, every commit of that round is unknown, the file is not used further, and
/// the next round begins a new one. When a segment cannot be synced, the write-ahead log takes no more commits until the
/// store is opened again and the files are replayed: a second sync could answer well and still have lost the pages.
/// </para>
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    // A round larger than this would keep its first commit waiting for its last.
    private const int MaxRoundBytes = 4 << 20;

    private readonly IDisk _disk;
    private readonly IDiskScheduler _scheduler;
    private readonly StoreFolder _folder;
    private readonly SegmentFiles _segments;
    private readonly int _fileBytes;
    private readonly Lock _lock = new();
    private readonly Queue<IWriteAheadCommit> _waiting = new();
    private readonly LinkedList<WriteAheadFile> _full = new();
    private readonly Stack<WriteAheadFile> _free = new();
    private WriteAheadFile? _active;
    private byte[] _round = [];
    private long _generation;
    private int _filesMade;
    private IOException? _failed;
    private bool _running;
    private bool _checkpointing;

    /// <summary>Replays what an earlier process left, and begins afresh.</summary>
    public WriteAheadLog(IDisk disk, IDiskScheduler scheduler, StoreFolder folder, SegmentFiles segments, int fileBytes)
    {
        _disk = disk;
        _scheduler = scheduler;
        _folder = folder;
        _segments = segments;
        _fileBytes = fileBytes;
        _generation = WriteAheadReplay.Run(disk, folder, segments);
    }

    /// <summary>Takes a commit into the next round. Its outcome is told to the commit itself.</summary>
    public void Commit(IWriteAheadCommit commit)
    {
        lock (_lock)
        {
            _waiting.Enqueue(commit);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        _ = _scheduler.RunAsync(RunRounds);
    }

    /// <summary>Whether a replay now would write to a segment of that log.</summary>
    public bool SpeaksOf(LogId log)
    {
        lock (_lock)
        {
            return Live().Any(file => file.Segments.Any(segment => segment.Log == log));
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

    public void Dispose()
    {
        foreach (var file in Live().Concat(_free))
        {
            file.Dispose();
        }
    }

    private IEnumerable<WriteAheadFile> Live() => _active is null ? _full : _full.Append(_active);

    private bool RunRounds()
    {
        var round = new List<IWriteAheadCommit>();
        while (TakeRound(round))
        {
            RunRound(round);
        }

        return true;
    }

    private bool TakeRound(List<IWriteAheadCommit> round)
    {
        round.Clear();
        long bytes = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && (round.Count == 0 || bytes + next.EntrySize <= MaxRoundBytes))
            {
                bytes += next.EntrySize;
                round.Add(_waiting.Dequeue());
            }

            _running = round.Count != 0;
            return _running;
        }
    }

    private void RunRound(List<IWriteAheadCommit> round)
    {
        // A commit that its own segment refuses is out of the round; it has been told so.
        round.RemoveAll(commit => !commit.TryWriteSegment());
        if (round.Count == 0)
        {
            return;
        }

        try
        {
            var file = FileWithRoomFor(round.Sum(commit => commit.EntrySize));
            try
            {
                Write(file, round);
            }
            catch
            {
                SetActiveAside();
                throw;
            }
        }
        catch (Exception error)
        {
            var failure = error as IOException ?? new IOException(error.Message, error);
            round.ForEach(commit => commit.Fail(failure));
            return;
        }

        round.ForEach(commit => commit.Complete());
    }

    private void Write(WriteAheadFile file, List<IWriteAheadCommit> round)
    {
        var size = round.Sum(commit => commit.EntrySize);
        if (_round.Length < size)
        {
            _round = GC.AllocateUninitializedArray<byte>(Math.Max(size, 64 << 10));
        }

        var at = 0;
        foreach (var commit in round)
        {
            at += commit.WriteEntry(_round.AsSpan(at), file.Generation);
        }

        lock (_lock)
        {
            foreach (var commit in round)
            {
                if (commit.Segment is { } segment)
                {
                    file.Segments.Add((commit.Log, segment));
                }
            }
        }

        file.Append(_round.AsSpan(0, at));
    }

    private WriteAheadFile FileWithRoomFor(int size)
    {
        if (_failed is not null)
        {
            throw new IOException("The write-ahead log stopped because a segment could not be synced; open the store again.", _failed);
        }

        if (_active is null || _active.Room < size)
        {
            BeginFile();
        }

        return _active!;
    }

    private void BeginFile()
    {
        SetActiveAside();
        WriteAheadFile? next;
        long oldest;
        lock (_lock)
        {
            _free.TryPop(out next);
            _generation++;
            oldest = _full.First?.Value.Generation ?? _generation;
        }

        next ??= WriteAheadFile.Create(_disk, _folder.WriteAhead, WriteAheadFile.NameOf(_filesMade++), _fileBytes);
        next.Begin(_folder.Id, _generation, oldest);
        lock (_lock)
        {
            _active = next;
        }
    }

    private void SetActiveAside()
    {
        lock (_lock)
        {
            if (_active is null)
            {
                return;
            }

            _full.AddLast(_active);
            _active = null;
            if (_checkpointing)
            {
                return;
            }

            _checkpointing = true;
        }

        _ = _scheduler.RunAsync(Checkpoint);
    }

    /// <summary>Syncs the segments of full files, the oldest file first, and gives the files free in that order.</summary>
    private bool Checkpoint()
    {
        while (true)
        {
            WriteAheadFile file;
            lock (_lock)
            {
                if (_full.First is null)
                {
                    _checkpointing = false;
                    return true;
                }

                file = _full.First.Value;
            }

            if (!TrySyncSegments(file))
            {
                lock (_lock)
                {
                    _checkpointing = false;
                    return false;
                }
            }

            lock (_lock)
            {
                if (_failed is not null)
                {
                    _checkpointing = false;
                    return false;
                }

                _full.RemoveFirst();
                _free.Push(file);
            }
        }
    }

    private bool TrySyncSegments(WriteAheadFile file)
    {
        try
        {
            foreach (var (log, segment) in file.Segments)
            {
                _segments.SyncIfThere(log, segment);
            }

            return true;
        }
        catch (IOException error)
        {
            Stop(error);
            return false;
        }
    }
}
