namespace OrleansQueue.Documents;

/// <summary>A small document as it is kept.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ETag">Tells this version of it from every other.</param>
internal sealed record Document(byte[] Content, string ETag);

/// <summary>Somebody else wrote the document since it was read.</summary>
internal sealed class DocumentConflictException(string path, string? expected, string? found)
    : Exception($"Document {path} has the version '{found ?? "none"}'; expected was '{expected ?? "none"}'.")
{
    /// <summary>The version that was expected, or null for none.</summary>
    public string? Expected => expected;

    /// <summary>The version that was found, or null for none.</summary>
    public string? Found => found;
}

/// <summary>Keeps small documents, each whole: what a write put in place is the old version or the new one, also after loss of power.</summary>
internal interface IDocumentStore : IAsyncDisposable
{
    /// <summary>Reads a document; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The document is damaged.</exception>
    ValueTask<Document?> ReadAsync(DocumentName name);

    /// <summary>Writes a document in place of the version that <paramref name="expected"/> names, null for none, and answers its new ETag.</summary>
    /// <exception cref="DocumentConflictException">There is another version.</exception>
    ValueTask<string> WriteAsync(DocumentName name, ReadOnlyMemory<byte> content, string? expected);

    /// <summary>Deletes the version of a document that <paramref name="expected"/> names.</summary>
    /// <exception cref="DocumentConflictException">There is another version.</exception>
    ValueTask DeleteAsync(DocumentName name, string? expected);
}

/// <summary>The name of a document: what kind of thing, and which one of it. Both may be any text.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Key">Which one.</param>
internal readonly record struct DocumentName(string Kind, string Key)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}/{Key}";
}
