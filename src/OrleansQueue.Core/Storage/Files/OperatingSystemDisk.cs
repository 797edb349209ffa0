namespace OrleansQueue.Storage.Files;

/// <summary>The real disk.</summary>
internal sealed class OperatingSystemDisk : IDisk
{
    public static OperatingSystemDisk Instance { get; } = new();

    public IDiskFile Open(string path, bool create)
    {
        var handle = File.OpenHandle(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new OperatingSystemFile(handle, new DirectWriter(handle));
    }

    public bool FileExists(string path) => File.Exists(path);

    public long LengthOf(string path) => new FileInfo(path).Length;

    public IReadOnlyList<string> List(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry)!).ToList()
        : [];

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    public void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    public void SyncFolder(string path)
    {
        // NTFS journals its folders by itself, and Windows has no way to sync one.
        if (!OperatingSystem.IsWindows())
        {
            FolderSync.Run(path);
        }
    }

    public bool IsOnNetwork(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
        {
            there = above;
        }

        // Of a path, other than of a drive's name, only Unix tells what it lies on.
        var drive = OperatingSystem.IsWindows() ? Path.GetPathRoot(there)! : there;
        return drive.StartsWith(@"\\", StringComparison.Ordinal) || new DriveInfo(drive).DriveType == DriveType.Network;
    }

    public IDisposable? TryLock(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
