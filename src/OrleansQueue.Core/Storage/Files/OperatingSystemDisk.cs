using Microsoft.Win32.SafeHandles;

namespace OrleansQueue.Storage.Files;

/// <summary>The real disk.</summary>
internal sealed class OperatingSystemDisk : IDisk
{
    public static OperatingSystemDisk Instance { get; } = new();

    public IDiskFile Open(string path, bool create) =>
        new OpenFile(File.OpenHandle(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

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

    private sealed class OpenFile(SafeFileHandle handle) : IDiskFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long position, Span<byte> into)
        {
            var done = 0;
            while (done < into.Length)
            {
                var got = RandomAccess.Read(handle, into[done..], position + done);
                if (got == 0)
                {
                    break;
                }

                done += got;
            }

            return done;
        }

        public void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, position);

        public void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts) => RandomAccess.Write(handle, parts, position);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        // Not FileStream.Flush(true): there have been releases in which that skipped the sync (dotnet/runtime 86836, 99445).
        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
