namespace OrleansQueue.Storage.Files;

/// <summary>
/// The operating system's files, as far as the file store uses them. Tests put a disk in its place that forgets what was not
/// synced, runs full or answers slowly. Every call blocks, so all of them are made on the store's own threads.
/// </summary>
internal interface IDisk
{
    /// <summary>Opens a file for reading and writing.</summary>
    /// <exception cref="FileNotFoundException">It does not exist and <paramref name="create"/> is false.</exception>
    IDiskFile Open(string path, bool create);

    bool FileExists(string path);

    /// <summary>The length of a file, without opening it.</summary>
    long LengthOf(string path);

    /// <summary>The names, without the folder, of the files and folders in a folder; none where it does not exist.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Creates a folder and those above it. Only <see cref="SyncFolder"/> of the folder above makes it last.</summary>
    void CreateFolder(string path);

    void Rename(string from, string to);

    /// <summary>Deletes a file; does nothing where there is none.</summary>
    void Delete(string path);

    /// <summary>Deletes a folder and all in it; does nothing where there is none.</summary>
    void DeleteFolder(string path);

    /// <summary>Makes creations, renames and deletions in a folder survive loss of power.</summary>
    void SyncFolder(string path);

    /// <summary>Whether a folder, or the nearest one above it that is there, is a share of another machine.</summary>
    bool IsOnNetwork(string folder);

    /// <summary>Takes a file as a lock until the answer is disposed of, or answers null where another process holds it.</summary>
    IDisposable? TryLock(string path);
}

/// <summary>An open file.</summary>
internal interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads at a position; fewer bytes than asked for only at the end.</summary>
    int Read(long position, Span<byte> into);

    void Write(long position, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Writes all parts one behind the other, in one call where the system can. With <paramref name="aroundCache"/> a large write
    /// may go around the system's page cache; good where the caller syncs next and nobody is likely to read the bytes soon.
    /// </summary>
    void Write(long position, IReadOnlyList<ReadOnlyMemory<byte>> parts, bool aroundCache);

    void SetLength(long length);

    /// <summary>Makes what was written survive loss of power.</summary>
    void Sync();
}
