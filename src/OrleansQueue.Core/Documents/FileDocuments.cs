using System.Globalization;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Documents;

/// <summary>
/// Keeps documents as files: <c>folder/kind/key</c>, see docs/formats/documents.md. The first line of a file names its format,
/// version and CRC-32C; the rest is the content as it was given.
/// </summary>
internal sealed class FileDocuments(IDisk disk, IDiskScheduler threads, string folder) : IDocumentStore
{
    private const string Title = "OrleansQueue document, format 1, version ";
    private const int MaxTitle = 128;

    // Writers of one document take turns; 64 locks keep writers of others apart well enough.
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    public async ValueTask<Document?> ReadAsync(DocumentName name) => await threads.RunAsync(() => Read(name));

    public async ValueTask<string> WriteAsync(DocumentName name, ReadOnlyMemory<byte> content, string? expected) => await threads.RunAsync(() =>
    {
        lock (LockOf(name))
        {
            var version = Check(name, expected) + 1;
            var path = PathOf(name);
            MakeFolder(Path.GetDirectoryName(path)!);
            disk.Place(path, [.. Encoding.ASCII.GetBytes(TitleOf(version, content.Span)), .. content.Span]);
            return ETagOf(version);
        }
    });

    public async ValueTask DeleteAsync(DocumentName name, string? expected) => await threads.RunAsync(() =>
    {
        lock (LockOf(name))
        {
            if (Check(name, expected) != 0)
            {
                var path = PathOf(name);
                disk.Delete(path);
                disk.SyncFolder(Path.GetDirectoryName(path)!);
            }

            return true;
        }
    });

    public ValueTask DisposeAsync() => threads.DisposeAsync();

    private string PathOf(DocumentName name) => Path.Combine(folder, FileNames.Of(name.Kind), FileNames.Of(name.Key));

    private Lock LockOf(DocumentName name) => _locks[Crc32C.Compute(Encoding.UTF8.GetBytes(name.ToString())) % (uint)_locks.Length];

    /// <summary>The version there is, 0 for none, which must be the one that is expected.</summary>
    private long Check(DocumentName name, string? expected)
    {
        var path = PathOf(name);
        var version = disk.FileExists(path) ? Parse(path, disk.ReadWhole(path)).Version : 0;
        var found = version == 0 ? null : ETagOf(version);
        return found == expected ? version : throw new DocumentConflictException(path, expected, found);
    }

    private Document? Read(DocumentName name)
    {
        var path = PathOf(name);
        try
        {
            var (version, content) = disk.FileExists(path) ? Parse(path, disk.ReadWhole(path)) : default;
            return version == 0 ? null : new Document(content, ETagOf(version));
        }
        catch (FileNotFoundException)
        {
            // Deleted a moment ago.
            return null;
        }
    }

    private void MakeFolder(string path)
    {
        if (disk.List(path).Count == 0)
        {
            disk.CreateFolder(path);
            disk.SyncFolder(folder);
            disk.SyncFolder(Path.GetDirectoryName(folder)!);
        }
    }

    private static string ETagOf(long version) => version.ToString(CultureInfo.InvariantCulture);

    private static string TitleOf(long version, ReadOnlySpan<byte> content) =>
        string.Create(CultureInfo.InvariantCulture, $"{Title}{version}, crc {Crc32C.Compute(content):x8}\n");

    private static (long Version, byte[] Content) Parse(string path, byte[] file)
    {
        var end = file.AsSpan(0, Math.Min(MaxTitle, file.Length)).IndexOf((byte)'\n');
        var content = file[(end + 1)..];
        var title = Encoding.ASCII.GetString(file, 0, Math.Max(end, 0) + (end < 0 ? 0 : 1));
        var comma = title.LastIndexOf(", ", StringComparison.Ordinal);
        return comma > Title.Length
            && long.TryParse(title.AsSpan(Title.Length, comma - Title.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && title == TitleOf(version, content)
                ? (version, content)
                : throw new InvalidDataException($"Document {path} is damaged: its first line does not fit its content.");
    }
}
