namespace OrleansQueue.Storage.Files;

/// <summary>What every log of a file store works with.</summary>
internal sealed record FileStoreParts(
    FileStoreOptions Options,
    IDisk Disk,
    StoreFolder Folder,
    SegmentFiles Segments,
    WriteAheadLog WriteAhead,
    IDiskScheduler Writes,
    IDiskScheduler Reads)
{
    /// <summary>Syncs a segment. Where that fails, the system may call pages clean that it never wrote, so what the write-ahead log keeps for them must not be given free.</summary>
    public void SyncSegment(LogId log, Offset segment)
    {
        try
        {
            Segments.SyncIfThere(log, segment);
        }
        catch (IOException error) when (WriteAhead.SpeaksOf(log))
        {
            WriteAhead.Stop(error);
            throw;
        }
    }
}

/// <summary>
/// What the store remembers of a log from owner to owner. <see cref="Lock"/> guards all of it.
/// </summary>
internal sealed class LogSlot
{
    public Lock Lock { get; } = new();

    /// <summary>Lets one opening at a time through.</summary>
    public SemaphoreSlim Opening { get; } = new(1);

    /// <summary>The only epoch that may append.</summary>
    public Epoch Owner { get; set; } = Epoch.None;

    /// <summary>The write that an owner has under way; the next owner waits for its end before it looks at the tail.</summary>
    public Task InFlight { get; set; } = Task.CompletedTask;

    /// <summary>
    /// Where a write failed. What lies behind may be in the page cache and yet not on the disk, so the next owner cuts it off
    /// instead of building on it; none of it was acknowledged.
    /// </summary>
    public SegmentExtent? Suspect { get; set; }
}
