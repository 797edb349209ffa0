using System.Collections.Concurrent;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// Keeps logs in files of one folder, for one process at a time. Each log has a folder with its segments; small commits of all
/// logs share the write-ahead files. Logs of durability Memory are kept beside, in memory.
/// </summary>
internal sealed class FileLogStore : ILogStore
{
    private readonly FileStoreParts _parts;
    private readonly MemoryLogStore _memory;
    private readonly ConcurrentDictionary<LogId, LogSlot> _slots = new();

    private FileLogStore(FileStoreParts parts)
    {
        _parts = parts;
        _memory = new MemoryLogStore(parts.Folder.Id, NextEpochAsync, parts.Options.Levels);
    }

    public StoreId Id => _parts.Folder.Id;

    public FormatLevel CreatedAt => _parts.Folder.CreatedAt;

    public FormatLevels Levels => _parts.Options.Levels;

    /// <summary>Takes the folder, replays what an earlier process left in the write-ahead files, and opens the store.</summary>
    /// <exception cref="StoreInUseException">Another process has the folder.</exception>
    /// <exception cref="InvalidDataException">The folder is no whole store, or on a network share.</exception>
    /// <exception cref="IOException">The disk cannot be read or written.</exception>
    public static Task<FileLogStore> OpenAsync(FileStoreOptions options) =>
        OpenAsync(options, OperatingSystemDisk.Instance, new DiskThreads("OrleansQueue write", options.WriteThreads), new DiskThreads("OrleansQueue read", options.ReadThreads));

    /// <summary>Opens a store on a given disk and scheduler; tests bring their own.</summary>
    public static async Task<FileLogStore> OpenAsync(FileStoreOptions options, IDisk disk, IDiskScheduler writes, IDiskScheduler reads)
    {
        try
        {
            return new FileLogStore(await writes.RunAsync(() => OpenParts(options, disk, writes, reads)));
        }
        catch
        {
            await writes.DisposeAsync();
            await reads.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken)
    {
        if (options.Durability == Durability.Memory)
        {
            return await _memory.OpenAsync(log, options, observer, cancellationToken);
        }

        var slot = _slots.GetOrAdd(log, static _ => new LogSlot());
        await slot.Opening.WaitAsync(cancellationToken);
        try
        {
            if (options.Continues is { } earlier && slot.Owner > earlier)
            {
                throw new LogFencedException(log, earlier, slot.Owner);
            }

            var opened = new FileLog(log, await NextEpochAsync(), options, slot, _parts);
            await FenceAsync(slot, opened.Epoch);
            opened.Begin(await new FileRecovery(_parts, log, slot, options.Durability).RunAsync(observer, cancellationToken));
            return opened;
        }
        finally
        {
            slot.Opening.Release();
        }
    }

    public async ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await _parts.Reads.RunAsync(() => _parts.Disk.List(_parts.Folder.Logs)).WaitAsync(cancellationToken);
        var logs = new List<LogId>(await _memory.ListAsync(cancellationToken));
        foreach (var name in names)
        {
            if (LogId.TryParse(name, out var log))
            {
                logs.Add(log);
            }
        }

        return logs;
    }

    public async ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken)
    {
        await _memory.DeleteAsync(log, cancellationToken);
        var slot = _slots.GetOrAdd(log, static _ => new LogSlot());
        await slot.Opening.WaitAsync(cancellationToken);
        try
        {
            await FenceAsync(slot, await NextEpochAsync());
            await _parts.Writes.RunAsync(() => Delete(log));
            slot.Suspect = null;

            // The folder goes first: a replay in between finds nothing to write to.
            if (_parts.WriteAhead.SpeaksOf(log))
            {
                var barrier = new WriteAheadBarrier(log);
                _parts.WriteAhead.Commit(barrier);
                await barrier.Done;
            }
        }
        finally
        {
            slot.Opening.Release();
        }
    }

    /// <summary>Waits for writes under way and gives the folder up. Dispose of the logs first, which leave their synced marks.</summary>
    public async ValueTask DisposeAsync()
    {
        // In the order of their names: that of the dictionary is another in each process, and a simulated run would not repeat.
        foreach (var (_, slot) in _slots.OrderBy(slot => slot.Key.Name, StringComparer.Ordinal))
        {
            await Waits.EndOfAsync(slot.InFlight);
        }

        // The folder is given up when nothing of this store can write to it any more.
        await _parts.Writes.DisposeAsync();
        await _parts.Reads.DisposeAsync();
        _parts.WriteAhead.Dispose();
        _parts.Segments.Dispose();
        _parts.Folder.Dispose();
    }

    private static FileStoreParts OpenParts(FileStoreOptions options, IDisk disk, IDiskScheduler writes, IDiskScheduler reads)
    {
        var folder = StoreFolder.Open(disk, options.Path, options.NewId, options.Levels);
        try
        {
            var segments = new SegmentFiles(disk, folder, options.MaxOpenFiles);
            var writeAhead = new WriteAheadLog(disk, writes, folder, segments, options.WriteAheadFileBytes);
            return new FileStoreParts(options, disk, folder, segments, writeAhead, writes, reads);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private async ValueTask<Epoch> NextEpochAsync() => await _parts.Writes.RunAsync(_parts.Folder.NextEpoch);

    private static async ValueTask FenceAsync(LogSlot slot, Epoch epoch)
    {
        Task inFlight;
        lock (slot.Lock)
        {
            slot.Owner = epoch;
            inFlight = slot.InFlight;
        }

        // How the write ended concerns the earlier owner alone.
        await Waits.EndOfAsync(inFlight);
    }

    private bool Delete(LogId log)
    {
        var folder = _parts.Folder.FolderOf(log);
        var segments = _parts.Disk.List(folder).Select(SegmentName.Parse).OfType<Offset>().ToList();
        _parts.Disk.DeleteFolder(folder);
        foreach (var segment in segments)
        {
            // After the files, or a reader in between would keep a deleted one open under its name.
            _parts.Segments.Forget(log, segment);
        }

        _parts.Disk.SyncFolder(_parts.Folder.Logs);
        return true;
    }
}
