using System.Globalization;

namespace OrleansQueue.Documents;

/// <summary>Keeps documents in memory, for tests and for silos without files; shared by all silos of one process.</summary>
internal sealed class MemoryDocuments : IDocumentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DocumentName, Document> _documents = [];
    private long _version;

    public ValueTask<Document?> ReadAsync(DocumentName name)
    {
        lock (_lock)
        {
            return new(_documents.GetValueOrDefault(name));
        }
    }

    public ValueTask<string> WriteAsync(DocumentName name, ReadOnlyMemory<byte> content, string? expected)
    {
        lock (_lock)
        {
            Check(name, expected);
            var written = new Document(content.ToArray(), (++_version).ToString(CultureInfo.InvariantCulture));
            _documents[name] = written;
            return new(written.ETag);
        }
    }

    public ValueTask DeleteAsync(DocumentName name, string? expected)
    {
        lock (_lock)
        {
            Check(name, expected);
            _documents.Remove(name);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Check(DocumentName name, string? expected)
    {
        var found = _documents.GetValueOrDefault(name)?.ETag;
        if (found != expected)
        {
            throw new DocumentConflictException(name.ToString(), expected, found);
        }
    }
}
