using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Disks;

/// <summary>A machine's disk, which outlives its processes.</summary>
internal sealed class SimulatedDisk
{
    private readonly DiskFolder _root = new();

    /// <summary>Bytes that all files take together.</summary>
    public long UsedBytes => Files().Sum(file => (long)file.File.Length);

    /// <summary>Bytes that all files may take together; null for no limit.</summary>
    public long? Capacity { get; set; }

    /// <summary>Loses what was not synced, each change whole or in part or not at all.</summary>
    public void LosePower(Dice dice) => _root.LosePower(dice);

    public DiskFolder? FindFolder(string path)
    {
        var folder = _root;
        foreach (var name in Names(path))
        {
            if (folder.Find(name) is not DiskFolder next)
            {
                return null;
            }

            folder = next;
        }

        return folder;
    }

    public DiskFile? FindFile(string path) => FindFolder(FolderOf(path))?.Find(Path.GetFileName(path)) as DiskFile;

    /// <summary>The folders of a path, those that are missing made.</summary>
    public DiskFolder MakeFolder(string path)
    {
        var folder = _root;
        foreach (var name in Names(path))
        {
            if (folder.Find(name) is not DiskFolder next)
            {
                next = new DiskFolder();
                folder.Put(name, next);
            }

            folder = next;
        }

        return folder;
    }

    /// <summary>All files with their paths, in the order of the paths.</summary>
    public IEnumerable<(string Path, DiskFile File)> Files() => Files(_root, "");

    public static string FolderOf(string path) => Path.GetDirectoryName(path) ?? "/";

    private static IEnumerable<(string Path, DiskFile File)> Files(DiskFolder folder, string path)
    {
        foreach (var name in folder.Names)
        {
            var entry = folder.Find(name);
            if (entry is DiskFile file)
            {
                yield return ($"{path}/{name}", file);
                continue;
            }

            foreach (var below in Files((DiskFolder)entry!, $"{path}/{name}"))
            {
                yield return below;
            }
        }
    }

    private static string[] Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
