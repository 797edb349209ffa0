namespace OrleansQueue.Storage.Files;

/// <summary>What a round of the write-ahead log asks of each commit in it, in this order, on the disk's threads.</summary>
internal interface IWriteAheadCommit
{
    LogId Log { get; }

    /// <summary>The segment that the commit writes to, or null where it writes to none.</summary>
    Offset? Segment { get; }

    /// <summary>Bytes of the commit's entry.</summary>
    int EntrySize { get; }

    /// <summary>Writes the bytes to the segment, unsynced. False where that failed; the commit is then over and has told its owner.</summary>
    bool TryWriteSegment();

    /// <summary>Writes the entry for the write-ahead file and returns its size.</summary>
    int WriteEntry(Span<byte> to, long generation);

    /// <summary>The entry is synced.</summary>
    void Complete();

    /// <summary>The entry could not be synced; whether it will be found after a crash is unknown.</summary>
    void Fail(IOException error);
}
