using System.Globalization;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Documents;

/// <summary>
/// Keeps documents as files: <c>folder/kind/key</c>, see docs/formats/documents.md. The first line of a file names its format,
/// version and CRC-32C; the rest is the content as it was given. Writers of one document must share one instance.
/// </summary>
internal sealed class FileDocuments(IDisk disk, IDiskScheduler threads, string folder) : IDocumentStore
{
    private const string Title = "OrleansQueue document, format 1, version ";
    private const int MaxTitle = 128;

    private readonly string _folder = Path.TrimEndingDirectorySeparator(folder);

    // Writers of one document take turns; 64 locks keep writers of others apart well enough.
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 64).Select(_ => new Lock())];

    public async ValueTask<Document?> ReadAsync(DocumentName name) => await threads.RunAsync(() =>
    {
        try
        {
            return Read(PathOf(name)) is { } found ? new Document(found.Content, found.ETag) : null;
        }
        catch (FileNotFoundException)
        {
            // Deleted a moment ago.
            return null;
        }
    });

    public async ValueTask<string> WriteAsync(DocumentName name, ReadOnlyMemory<byte> content, string? expected) => await threads.RunAsync(() =>
    {
        lock (LockOf(name))
        {
            var path = PathOf(name);
            var before = Check(path, expected);
            var title = TitleOf((before?.Version ?? 0) + 1, content.Span);
            MakeFolder(Path.GetDirectoryName(path)!);
            disk.Place(path, [.. Encoding.ASCII.GetBytes(title.Line), .. content.Span]);
            return title.ETag;
        }
    });

    public async ValueTask DeleteAsync(DocumentName name, string? expected) => await threads.RunAsync(() =>
    {
        lock (LockOf(name))
        {
            var path = PathOf(name);
            if (Check(path, expected) is not null)
            {
                disk.Delete(path);
                disk.SyncFolder(Path.GetDirectoryName(path)!);
            }

            return true;
        }
    });

    public ValueTask DisposeAsync() => threads.DisposeAsync();

    private string PathOf(DocumentName name) => Path.Combine(_folder, FileNames.Of(name.Kind), FileNames.Of(name.Key));

    private Lock LockOf(DocumentName name) => _locks[Crc32C.Compute(Encoding.UTF8.GetBytes(name.ToString())) % (uint)_locks.Length];

    /// <summary>What is there, which must be the version that is expected.</summary>
    private StoredDocument? Check(string path, string? expected)
    {
        var found = Read(path);
        return found?.ETag == expected ? found : throw new DocumentConflictException(path, expected, found?.ETag);
    }

    private StoredDocument? Read(string path) => disk.FileExists(path) ? Parse(path, disk.ReadWhole(path)) : null;

    /// <summary>A folder that is empty may be a new one that loss of power would take, so its name is made to last.</summary>
    private void MakeFolder(string path)
    {
        if (disk.List(path).Count == 0)
        {
            disk.CreateFolder(path);
            disk.SyncFolder(_folder);
            disk.SyncFolder(Path.GetDirectoryName(_folder)!);
        }
    }

    /// <summary>The CRC stands for the version too. Both make the ETag: a document that was deleted and made again counts from 1 again.</summary>
    private static (string Line, string ETag) TitleOf(long version, ReadOnlySpan<byte> content)
    {
        var front = string.Create(CultureInfo.InvariantCulture, $"{Title}{version}, crc ");
        var crc = Crc32C.Append(Crc32C.Compute(Encoding.ASCII.GetBytes(front)), content);
        return ($"{front}{crc:x8}\n", string.Create(CultureInfo.InvariantCulture, $"{version}-{crc:x8}"));
    }

    private static StoredDocument Parse(string path, byte[] file)
    {
        var end = file.AsSpan(0, Math.Min(MaxTitle, file.Length)).IndexOf((byte)'\n');
        var content = file[(end + 1)..];
        var line = Encoding.ASCII.GetString(file, 0, end + 1);
        var comma = line.LastIndexOf(", ", StringComparison.Ordinal);
        if (comma > Title.Length
            && long.TryParse(line.AsSpan(Title.Length, comma - Title.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && TitleOf(version, content) is var title
            && title.Line == line)
        {
            return new StoredDocument(version, title.ETag, content);
        }

        throw new InvalidDataException($"Document {path} is damaged: its first line does not fit its content.");
    }

    private sealed record StoredDocument(long Version, string ETag, byte[] Content);
}
