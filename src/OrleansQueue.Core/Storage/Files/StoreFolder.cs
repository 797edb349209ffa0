using System.Text;

namespace OrleansQueue.Storage.Files;

/// <summary>The folder of a file store: its lock, its identity, and the fencing numbers that it has given out.</summary>
internal sealed class StoreFolder : IDisposable
{
    private const string LockFile = "lock";
    private const string IdentityFile = "store";
    private const string EpochFile = "epochs";
    private const string LogsFolder = "logs";
    private const string WriteAheadFolder = "wal";

    private readonly IDisposable _lock;
    private readonly EpochTickets _epochs;

    private StoreFolder(IDisk disk, string root, IDisposable held, StoreMark mark)
    {
        _lock = held;
        Logs = Path.Combine(root, LogsFolder);
        WriteAhead = Path.Combine(root, WriteAheadFolder);
        Id = mark.Id;
        CreatedAt = mark.CreatedAt;
        _epochs = EpochTickets.Open(disk, Path.Combine(root, EpochFile));
    }

    public StoreId Id { get; }

    public FormatLevel CreatedAt { get; }

    public string Logs { get; }

    public string WriteAhead { get; }

    /// <summary>Takes a folder for this process alone, and makes a store of it where it is new.</summary>
    /// <exception cref="StoreInUseException">Another process has it.</exception>
    /// <exception cref="InvalidDataException">It holds logs but no identity, so it is no whole store; or it is on a network share.</exception>
    /// <exception cref="FormatLevelException">It was made at a level that this version does not know.</exception>
    public static StoreFolder Open(IDisk disk, string root, StoreId newId, FormatLevels levels)
    {
        // Looked at before anything is made, so that a folder which is refused stays as it is.
        if (disk.IsOnNetwork(root))
        {
            throw new InvalidDataException(
                $"Data folder {root} is on a network share, where a sync and a lock are not what they are on a disk of this machine; allowed is a folder on a local disk. Several silos need shared storage: azure-blobs.");
        }

        var identity = Path.Combine(root, IdentityFile);
        CheckWhole(disk, root, identity, levels);
        disk.CreateFolder(root);
        var held = disk.TryLock(Path.Combine(root, LockFile)) ?? throw new StoreInUseException(root);
        try
        {
            var mark = disk.FileExists(identity) ? ReadIdentity(disk, identity) : Create(disk, root, new StoreMark(newId, levels.Range.Newest));

            // A process that was killed may have named these files and not synced the names.
            disk.SyncFolder(root);
            if (Path.GetDirectoryName(Path.GetFullPath(root)) is { } above)
            {
                disk.SyncFolder(above);
            }

            return new StoreFolder(disk, root, held, mark);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public string FolderOf(LogId log) => Path.Combine(Logs, log.Name);

    /// <inheritdoc cref="EpochTickets.Next"/>
    public Epoch NextEpoch() => _epochs.Next();

    public void Dispose() => _lock.Dispose();

    private static void CheckWhole(IDisk disk, string root, string identity, FormatLevels levels)
    {
        if (disk.FileExists(identity))
        {
            levels.Check($"Folder {root}", ReadIdentity(disk, identity).CreatedAt);
        }
        else if (disk.List(Path.Combine(root, LogsFolder)).Count != 0)
        {
            throw new InvalidDataException($"Folder {root} holds logs but no '{IdentityFile}' file, which names the store. Nothing was changed.");
        }
    }

    private static StoreMark Create(IDisk disk, string root, StoreMark mark)
    {
        disk.CreateFolder(Path.Combine(root, LogsFolder));
        disk.CreateFolder(Path.Combine(root, WriteAheadFolder));
        disk.Place(Path.Combine(root, EpochFile), EpochTickets.Empty());

        // The identity comes last: with it the store is there, whole.
        disk.Place(Path.Combine(root, IdentityFile), Encoding.UTF8.GetBytes(mark.Write()));
        return mark;
    }

    private static StoreMark ReadIdentity(IDisk disk, string path) => StoreMark.TryRead(Encoding.UTF8.GetString(disk.ReadWhole(path)))
        ?? throw new InvalidDataException($"File {path} does not name a store: its first line should be '{StoreMark.Expected}'. Nothing was changed.");
}
