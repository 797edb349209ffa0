namespace OrleansQueue.Storage.Files;

/// <summary>The segment files of a store by log and first offset. Positions are those of the log: bytes from the first batch.</summary>
internal sealed class SegmentFiles(IDisk disk, StoreFolder folder, int maxOpen) : IDisposable
{
    private readonly OpenFiles _open = new(disk, maxOpen);

    public string PathOf(LogId log, Offset segment) => Path.Combine(folder.FolderOf(log), SegmentName.OfLog(segment));

    public OpenFiles.Lease Rent(LogId log, Offset segment) => _open.Rent(PathOf(log, segment));

    public int Read(LogId log, Offset segment, long position, Span<byte> into)
    {
        using var lease = Rent(log, segment);
        return lease.File.Read(SegmentHeader.Size + position, into);
    }

    public void SyncIfThere(LogId log, Offset segment)
    {
        try
        {
            using var lease = Rent(log, segment);
            lease.File.Sync();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted, perhaps a moment ago by another thread: there is nothing left to keep.
        }
    }

    public bool WriteIfThere(LogId log, Offset segment, long position, ReadOnlySpan<byte> bytes)
    {
        if (!disk.FileExists(PathOf(log, segment)))
        {
            return false;
        }

        using var lease = Rent(log, segment);
        lease.File.Write(SegmentHeader.Size + position, bytes);
        return true;
    }

    /// <summary>Makes the file of a new segment, whole or not at all.</summary>
    public void Create(LogId log, Offset segment, Epoch epoch, FormatLevel level)
    {
        var logFolder = folder.FolderOf(log);
        if (disk.List(logFolder).Count == 0)
        {
            disk.CreateFolder(logFolder);
            disk.SyncFolder(folder.Logs);
        }

        disk.Place(PathOf(log, segment), SegmentHeader.Write(folder.Id, log, segment, epoch, level));
    }

    /// <summary>Deletes a segment with its sidecars. The log itself goes last, so that a crash leaves no sidecars without one.</summary>
    public void Delete(LogId log, Offset segment)
    {
        foreach (var kind in Enum.GetValues<Sidecar>())
        {
            disk.Delete(Path.Combine(folder.FolderOf(log), SegmentName.OfSidecar(segment, kind)));
        }

        disk.Delete(PathOf(log, segment));

        // After the file, or a reader in between would keep the deleted one open under its name.
        _open.Forget(PathOf(log, segment));
    }

    public void Forget(LogId log, Offset segment) => _open.Forget(PathOf(log, segment));

    public void Dispose() => _open.Dispose();
}
