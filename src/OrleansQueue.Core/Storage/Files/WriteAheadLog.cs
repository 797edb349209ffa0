namespace OrleansQueue.Storage.Files;

/// <summary>
/// The write-ahead files that all logs of a store share. A small commit is written to its segment, unsynced, and to the
/// write-ahead file; one sync of that file then serves every log that was waiting. A full file is given free once the
/// segments that it speaks of are synced themselves. After loss of power the files are replayed before any log is opened.
/// <para>
/// Failure: when writing or syncing a file fails, every commit of that round is unknown, the file takes no more entries,
/// and the next round begins another one. When a segment cannot be synced, the write-ahead log takes no more commits until the
/// store is opened again and the files are replayed: a second sync could answer well and still have lost the pages.
/// </para>
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    private readonly IDiskScheduler _scheduler;
    private readonly WriteAheadFiles _files;
    private readonly Lock _lock = new();
    private readonly Queue<IWriteAheadCommit> _waiting = new();
    private byte[] _round = [];
    private bool _running;

    /// <summary>Replays what an earlier process left, and begins afresh.</summary>
    public WriteAheadLog(IDisk disk, IDiskScheduler scheduler, StoreFolder folder, SegmentFiles segments, int fileBytes)
    {
        _scheduler = scheduler;
        _files = new WriteAheadFiles(disk, scheduler, folder, segments, fileBytes, WriteAheadReplay.Run(disk, folder, segments));
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

        try
        {
            _ = _scheduler.RunAsync(RunRounds);
        }
        catch (ObjectDisposedException closed)
        {
            FailWaiting(new IOException("The store is closed.", closed));
        }
    }

    /// <summary>Whether a replay now would write to a segment of that log.</summary>
    public bool SpeaksOf(LogId log) => _files.SpeakOf(log);

    /// <summary>Takes no more commits and gives no file free, so that opening the store again can repair what <paramref name="error"/> spoiled.</summary>
    public void Stop(IOException error) => _files.Stop(error);

    public void Dispose() => _files.Dispose();

    private void FailWaiting(IOException error)
    {
        List<IWriteAheadCommit> stranded;
        lock (_lock)
        {
            stranded = [.. _waiting];
            _waiting.Clear();
            _running = false;
        }

        stranded.ForEach(commit => commit.Fail(error));
    }

    private bool RunRounds()
    {
        var round = new List<IWriteAheadCommit>();
        while (TakeRound(round))
        {
            RunRound(round);
            _files.Advance(commitsCome: true);
        }

        _files.Advance(commitsCome: false);
        return true;
    }

    private bool TakeRound(List<IWriteAheadCommit> round)
    {
        round.Clear();
        long bytes = 0;
        lock (_lock)
        {
            while (_waiting.TryPeek(out var next) && (round.Count == 0 || bytes + next.EntrySize <= WriteAheadFormat.MaxRoundBytes))
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
            var size = round.Sum(commit => commit.EntrySize);
            var file = _files.WithRoomFor(size);
            try
            {
                Write(file, round, size);
            }
            catch
            {
                _files.SetActiveAside();
                throw;
            }
        }
        catch (Exception error)
        {
            var failure = StorageError.From(error);
            round.ForEach(commit => commit.Fail(failure));
            return;
        }

        round.ForEach(commit => commit.Complete());
    }

    private void Write(WriteAheadFile file, List<IWriteAheadCommit> round, int size)
    {
        if (_round.Length < size)
        {
            _round = GC.AllocateUninitializedArray<byte>(Math.Max(size, 64 << 10));
        }

        var at = 0;
        foreach (var commit in round)
        {
            at += commit.WriteEntry(_round.AsSpan(at), file.Generation);
        }

        _files.Note(file, round);
        file.Append(_round.AsSpan(0, at));
    }
}
