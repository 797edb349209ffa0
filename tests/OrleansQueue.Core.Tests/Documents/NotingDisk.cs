using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Documents;

/// <summary>A disk that notes what is done to folders and names, in order, and passes everything on.</summary>
internal sealed class NotingDisk(IDisk inner) : IDisk
{
    public List<string> Noted { get; } = [];

    public IDiskFile Open(string path, bool create) => inner.Open(path, create);

    public bool FileExists(string path) => inner.FileExists(path);

    public long LengthOf(string path) => inner.LengthOf(path);

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public void CreateFolder(string path)
    {
        Noted.Add($"create {path}");
        inner.CreateFolder(path);
    }

    public void Rename(string from, string to)
    {
        Noted.Add($"rename {to}");
        inner.Rename(from, to);
    }

    public void Delete(string path) => inner.Delete(path);

    public void DeleteFolder(string path) => inner.DeleteFolder(path);

    public void SyncFolder(string path)
    {
        Noted.Add($"sync {path}");
        inner.SyncFolder(path);
    }

    public bool IsOnNetwork(string folder) => inner.IsOnNetwork(folder);

    public IDisposable? TryLock(string path) => inner.TryLock(path);
}
