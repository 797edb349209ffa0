namespace OrleansQueue.Storage.Files;

/// <summary>One append on its way to the disk: through the write-ahead log, or straight to its segment.</summary>
internal sealed class FileCommit(FileLog log, Offset segment, long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, long bytes) : IWriteAheadCommit
{
    private readonly TaskCompletionSource<StoreOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<StoreOutcome> Done => _done.Task;

    public LogId Log => log.Id;

    public Offset? Segment => segment;

    public int EntrySize => WriteAheadFormat.SizeOfEntry(log.Id, bytes);

    public int WriteEntry(Span<byte> to, long generation) =>
        WriteAheadFormat.WriteEntry(to, generation, WriteAheadKind.Bytes, log.Id, segment, position, parts);

    public bool TryWriteSegment()
    {
        try
        {
            log.WriteSegment(segment, position, parts, aroundCache: false);
            return true;
        }
        catch (Exception error)
        {
            Fail(StorageError.From(error));
            return false;
        }
    }

    /// <summary>Writes to the segment and, where the log's durability asks for it, syncs it.</summary>
    public void RunAlone(bool sync, bool aroundCache)
    {
        try
        {
            log.WriteSegment(segment, position, parts, aroundCache);
            if (sync)
            {
                log.SyncSegment(segment);
            }
        }
        catch (Exception error)
        {
            Fail(StorageError.From(error));
            return;
        }

        if (sync)
        {
            Complete();
        }
        else
        {
            log.Extend(bytes);
            _done.SetResult(StoreOutcome.Done);
        }
    }

    public void Complete()
    {
        log.Extend(bytes);
        log.MarkSynced();
        _done.SetResult(StoreOutcome.Done);
    }

    public void Fail(IOException error)
    {
        log.Distrust(segment, position);
        try
        {
            if (DiskFull.Is(error))
            {
                log.Undo(segment, position);
                _done.SetResult(StoreOutcome.NoSpace);
                return;
            }
        }
        catch (Exception undoFailed)
        {
            error = StorageError.From(undoFailed);
        }

        _done.SetException(error);
    }
}
