namespace OrleansQueue.Storage.Files;

/// <summary>Tells a later replay that nothing said of a log before holds any more.</summary>
internal sealed class WriteAheadBarrier(LogId log) : IWriteAheadCommit
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LogId Log => log;

    public Offset? Segment => null;

    public int EntrySize => WriteAheadFormat.SizeOfEntry(log, 0);

    /// <summary>Ends when the barrier is synced.</summary>
    public Task Done => _done.Task;

    public bool TryWriteSegment() => true;

    public int WriteEntry(Span<byte> to, long generation) =>
        WriteAheadFormat.WriteEntry(to, generation, WriteAheadKind.Barrier, log, Offset.Zero, 0, []);

    public void Complete() => _done.SetResult();

    public void Fail(IOException error) => _done.SetException(error);
}
