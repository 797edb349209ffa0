using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage.Files;

/// <summary>The folder of a file store: its lock, its identity, and the fencing numbers that it has given out.</summary>
internal sealed class StoreFolder : IDisposable
{
    private const string LockFile = "lock";
    private const string IdentityFile = "store";
    private const string EpochFile = "epochs";
    private const string IdentityTitle = "OrleansQueue store, format 1";

    // One sync buys this many openings. What a silo did not use is skipped at its next start: 2^31 / 1,024 starts are enough.
    private const int EpochsReserved = 1024;

    private readonly IDisk _disk;
    private readonly IDisposable _lock;
    private readonly Lock _epochs = new();
    private int _nextEpoch;
    private int _reservedBelow;

    private StoreFolder(IDisk disk, string root, IDisposable held, StoreId id)
    {
        _disk = disk;
        _lock = held;
        Root = root;
        Id = id;
        _nextEpoch = _reservedBelow = ReadReserved();
    }

    public string Root { get; }

    public StoreId Id { get; }

    public string Logs => Path.Combine(Root, "logs");

    public string WriteAhead => Path.Combine(Root, "wal");

    /// <summary>Takes a folder for this process alone, and makes a store of it where it is new.</summary>
    /// <exception cref="StoreInUseException">Another process has it.</exception>
    /// <exception cref="InvalidDataException">It holds logs but no identity, so it is no whole store.</exception>
    public static StoreFolder Open(IDisk disk, string root, StoreId newId)
    {
        // Looked at before anything is made, so that a folder which is refused stays as it is.
        var identity = Path.Combine(root, IdentityFile);
        CheckWhole(disk, root, identity);
        disk.CreateFolder(root);
        var held = disk.TryLock(Path.Combine(root, LockFile)) ?? throw new StoreInUseException(root);
        try
        {
            var id = disk.FileExists(identity) ? ReadIdentity(disk, identity) : Create(disk, root, newId);
            return new StoreFolder(disk, root, held, id);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public string FolderOf(LogId log) => Path.Combine(Logs, log.Name);

    /// <summary>A fencing number higher than all before it, also those that an earlier process gave out. Blocks on the disk now and then.</summary>
    public Epoch NextEpoch()
    {
        lock (_epochs)
        {
            if (_nextEpoch == _reservedBelow)
            {
                Reserve(checked(_reservedBelow + EpochsReserved));
            }

            return new Epoch(_nextEpoch++);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static void CheckWhole(IDisk disk, string root, string identity)
    {
        if (disk.FileExists(identity))
        {
            ReadIdentity(disk, identity);
        }
        else if (disk.List(Path.Combine(root, "logs")).Count != 0)
        {
            throw new InvalidDataException($"Folder {root} holds logs but no '{IdentityFile}' file, which names the store. Nothing was changed.");
        }
    }

    private static StoreId Create(IDisk disk, string root, StoreId newId)
    {
        disk.CreateFolder(Path.Combine(root, "logs"));
        disk.CreateFolder(Path.Combine(root, "wal"));
        Replace(disk, root, IdentityFile, Encoding.UTF8.GetBytes($"{IdentityTitle}\n{newId}\n"));
        return newId;
    }

    private static StoreId ReadIdentity(IDisk disk, string path)
    {
        var lines = Encoding.UTF8.GetString(ReadAll(disk, path)).Split('\n');
        return lines.Length >= 2 && lines[0] == IdentityTitle && Guid.TryParseExact(lines[1], "N", out var id)
            ? new StoreId(id)
            : throw new InvalidDataException($"File {path} does not name a store: its first line should be '{IdentityTitle}'. Nothing was changed.");
    }

    private int ReadReserved()
    {
        var path = Path.Combine(Root, EpochFile);
        if (!_disk.FileExists(path))
        {
            return 0;
        }

        var bytes = ReadAll(_disk, path);
        return bytes.Length == 8 && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4)) == Crc32C.Compute(bytes.AsSpan(0, 4))
            ? BinaryPrimitives.ReadInt32BigEndian(bytes)
            : throw new InvalidDataException($"File {path} is damaged; without it two owners of a log could get one epoch. Nothing was changed.");
    }

    private void Reserve(int below)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(bytes, below);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), Crc32C.Compute(bytes.AsSpan(0, 4)));
        Replace(_disk, Root, EpochFile, bytes);
        _reservedBelow = below;
    }

    private static byte[] ReadAll(IDisk disk, string path)
    {
        using var file = disk.Open(path, create: false);
        var bytes = new byte[file.Length];
        return bytes[..file.Read(0, bytes)];
    }

    /// <summary>Puts a small file in place so that after loss of power it is the old one or the new one, whole.</summary>
    private static void Replace(IDisk disk, string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        var fresh = path + ".new";
        using (var file = disk.Open(fresh, create: true))
        {
            file.SetLength(0);
            file.Write(0, content);
            file.Sync();
        }

        disk.Rename(fresh, path);
        disk.SyncFolder(folder);
    }
}
