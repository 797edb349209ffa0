using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>The power went out: from here on the disk answers nothing.</summary>
internal sealed class PowerLostException() : IOException("The power is out.");

/// <summary>
/// A disk in memory that keeps only what was synced. Power can be cut before any write, sync, creation, rename or deletion;
/// what survives of unsynced writes is then drawn from a seed: none, all, some of them, some torn in the middle of one.
/// Names that were not synced with their folder are lost as well.
/// </summary>
internal sealed partial class ForgetfulDisk : IDisk
{
    // ENOSPC, as .NET hands it on.
    private const int NoSpaceOnDevice = 28;
    private const int Sector = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Inode> _names = [];
    private readonly Dictionary<string, Inode> _syncedNames = [];
    private readonly HashSet<string> _folders = [];
    private readonly HashSet<string> _syncedFolders = [];
    private int? _powerLeft;

    /// <summary>Operations that changed something since the disk was made.</summary>
    public int Changes { get; private set; }

    /// <summary>Syncs since the disk was made.</summary>
    public int Syncs { get; private set; }

    /// <summary>Bytes that all files may take together; null for no limit.</summary>
    public long? Capacity { get; set; }

    /// <summary>Bytes that all files take together.</summary>
    public long UsedBytes => Locked(() => _names.Values.Distinct().Sum(inode => (long)inode.Bytes.Length));

    /// <summary>Called before each sync with the file's path; what it throws is the sync's failure.</summary>
    public Action<string>? OnSync { get; set; }

    /// <summary>Called before each sync of a folder with its path; what it throws is the sync's failure.</summary>
    public Action<string>? OnSyncFolder { get; set; }

    /// <summary>Called before a folder is deleted with its path.</summary>
    public Action<string>? OnDeleteFolder { get; set; }

    /// <summary>Called before each write with the file's path; what it throws is the write's failure.</summary>
    public Action<string>? OnWrite { get; set; }

    /// <summary>Whether it is another machine's.</summary>
    public bool IsShare { get; set; }

    /// <summary>Cuts the power before the change that follows that many more.</summary>
    public void CutPowerAfter(int changes) => _powerLeft = changes;

    /// <summary>The disk after the power came back. <paramref name="seed"/> draws what survives of what was not synced.</summary>
    public ForgetfulDisk Restart(int seed)
    {
        var random = new Random(seed);
        var after = new ForgetfulDisk();
        lock (_lock)
        {
            foreach (var folder in _folders.Where(Survives))
            {
                after._folders.Add(folder);
                after._syncedFolders.Add(folder);
            }

            foreach (var (path, inode) in _syncedNames.Where(name => Survives(Path.GetDirectoryName(name.Key)!)))
            {
                after._names[path] = after._syncedNames[path] = inode.AfterPowerLoss(random);
            }
        }

        return after;
    }

    /// <summary>The disk after the process was killed: everything written is still there.</summary>
    public void KeepEverything()
    {
        lock (_lock)
        {
            _powerLeft = null;
        }
    }

    public IDiskFile Open(string path, bool create)
    {
        lock (_lock)
        {
            if (!_names.TryGetValue(path, out var inode))
            {
                if (!create)
                {
                    throw new FileNotFoundException("No such file.", path);
                }

                Change();
                _names.Add(path, inode = new Inode([]));
            }

            return new OpenFile(this, path, inode);
        }
    }

    public bool FileExists(string path) => Locked(() => _names.ContainsKey(path));

    public long LengthOf(string path) => Locked(() => _names[path].Bytes.Length);

    public IReadOnlyList<string> List(string folder) => Locked(() => _names.Keys.Concat(_folders)
        .Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)).ToList());

    public void CreateFolder(string path)
    {
        lock (_lock)
        {
            for (var folder = path; folder is not null && _folders.Add(folder); folder = Path.GetDirectoryName(folder))
            {
                // The folders above the store are there already and last.
                if (Path.GetFileName(path) == Path.GetFileName(folder))
                {
                    Change();
                }
                else
                {
                    _syncedFolders.Add(folder);
                }
            }
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            Change();
            _names.Remove(from, out var inode);
            _names[to] = inode!;
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            if (_names.ContainsKey(path))
            {
                Change();
                _names.Remove(path);
            }
        }
    }

    public void DeleteFolder(string path)
    {
        OnDeleteFolder?.Invoke(path);
        lock (_lock)
        {
            Change();
            foreach (var name in _names.Keys.Where(name => Path.GetDirectoryName(name) == path).ToList())
            {
                _names.Remove(name);
            }

            _folders.Remove(path);
        }
    }

    public void SyncFolder(string path)
    {
        OnSyncFolder?.Invoke(path);
        lock (_lock)
        {
            Change();
            Syncs++;
            foreach (var gone in _syncedNames.Keys.Where(name => Path.GetDirectoryName(name) == path && !_names.ContainsKey(name)).ToList())
            {
                _syncedNames.Remove(gone);
            }

            foreach (var (name, inode) in _names.Where(name => Path.GetDirectoryName(name.Key) == path))
            {
                _syncedNames[name] = inode;
            }

            _syncedFolders.RemoveWhere(folder => Path.GetDirectoryName(folder) == path);
            _syncedFolders.UnionWith(_folders.Where(folder => Path.GetDirectoryName(folder) == path));

            // Nothing in a folder comes back with a folder of that name that is made later.
            foreach (var gone in _syncedNames.Keys.Where(IsInFolderThatIsGone).ToList())
            {
                _syncedNames.Remove(gone);
            }

            // The store's own folder is not below one that the store syncs.
            _syncedFolders.Add(path);
        }
    }

    public bool IsOnNetwork(string folder) => IsShare;

    public IDisposable? TryLock(string path) => new MemoryStream();

    /// <summary>Changes bytes at rest, as a failing disk does.</summary>
    public void Corrupt(string path, Action<byte[]> change) => Locked(() =>
    {
        change(_names[path].Bytes);
        _names[path].Settle();
        return 0;
    });

    /// <summary>Puts other bytes in a file's place, or makes one, as if it had always been so.</summary>
    public void Replace(string path, byte[] bytes) => Locked(() =>
    {
        _names[path] = _syncedNames[path] = new Inode(bytes);
        return 0;
    });

    /// <summary>What a file holds now.</summary>
    public byte[] BytesOf(string path) => Locked(() => _names[path].Bytes.ToArray());

    /// <summary>The paths of all files.</summary>
    public IReadOnlyList<string> Files() => Locked(() => _names.Keys.Order(StringComparer.Ordinal).ToList());

    private bool IsInFolderThatIsGone(string name) => !_folders.Contains(Path.GetDirectoryName(name)!);

    private bool Survives(string folder) => _syncedFolders.Contains(folder);

    private T Locked<T>(Func<T> work)
    {
        lock (_lock)
        {
            return work();
        }
    }

    private void Change()
    {
        if (_powerLeft is { } left)
        {
            if (left <= 0)
            {
                throw new PowerLostException();
            }

            _powerLeft = left - 1;
        }

        Changes++;
    }

    private void CheckRoom(long more)
    {
        if (more > 0 && UsedBytes + more > Capacity)
        {
            throw new IOException("No space left on device.", NoSpaceOnDevice);
        }
    }

    private sealed class OpenFile(ForgetfulDisk disk, string path, Inode inode) : IDiskFile
    {
        public long Length => disk.Locked(() => (long)inode.Bytes.Length);

        public int Read(long position, Span<byte> into)
        {
            lock (disk._lock)
            {
                var count = (int)Math.Clamp(inode.Bytes.Length - position, 0, into.Length);
                inode.Bytes.AsSpan((int)Math.Min(position, inode.Bytes.Length), count).CopyTo(into);
                return count;
            }
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            disk.OnWrite?.Invoke(path);
            lock (disk._lock)
            {
                disk.CheckRoom(Math.Max(0, position + bytes.Length - inode.Bytes.Length));
                try
                {
                    disk.Change();
                }
                catch (PowerLostException)
                {
                    // The write that the power loss met may still get to the disk, in part.
                    inode.Write(position, bytes.ToArray());
                    throw;
                }

                inode.Write(position, bytes.ToArray());
            }
        }

        public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool aroundCache)
        {
            var bytes = parts.SelectMany(part => part.ToArray()).ToArray();
            if (!aroundCache)
            {
                Write(position, bytes);
                return;
            }

            // As on the real disk, in pieces that loss of power may take one by one, only that the pages are smaller.
            foreach (var piece in WritePiece.Split(position, bytes.Length, Sector, most: 128 * Sector))
            {
                Write(piece.Position, bytes.AsSpan((int)(piece.Position - position), piece.Count));
            }
        }

        public void SetLength(long length)
        {
            lock (disk._lock)
            {
                disk.CheckRoom(Math.Max(0, length - inode.Bytes.Length));
                disk.Change();
                inode.SetLength((int)length);
            }
        }

        public void Sync()
        {
            try
            {
                disk.OnSync?.Invoke(path);
            }
            catch
            {
                // As on Linux: reads go on to show the bytes, but no later sync will write them.
                disk.Locked(inode.LoseUnsynced);
                throw;
            }

            lock (disk._lock)
            {
                disk.Change();
                disk.Syncs++;
                inode.Sync();
            }
        }

        public void Dispose()
        {
        }
    }
}
