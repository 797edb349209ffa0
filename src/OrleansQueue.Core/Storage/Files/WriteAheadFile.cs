using System.Globalization;

namespace OrleansQueue.Storage.Files;

/// <summary>
/// One file of the write-ahead log. It is filled with zeros when it is made and written over from then on, so that a sync
/// has no new space to enter in the file system's journal.
/// </summary>
internal sealed class WriteAheadFile(IDiskFile file, int size) : IDisposable
{
    private const string Suffix = ".wal";

    /// <summary>The number of the file's present use; entries of an earlier use carry another.</summary>
    public long Generation { get; private set; }

    /// <summary>Where the next entry goes.</summary>
    public long End { get; private set; }

    /// <summary>Bytes that are still free.</summary>
    public long Room => size - End;

    /// <summary>The segments that hold bytes of this file and may not be synced since.</summary>
    public HashSet<(LogId Log, Offset Segment)> Segments { get; } = [];

    public static string NameOf(int number) => number.ToString("D4", CultureInfo.InvariantCulture) + Suffix;

    public static bool IsName(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Makes a file of zeros.</summary>
    public static WriteAheadFile Create(IDisk disk, string folder, string name, int size)
    {
        var file = disk.Open(Path.Combine(folder, name), create: true);
        var zeros = new byte[1 << 20];
        for (long at = 0; at < size; at += zeros.Length)
        {
            file.Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)));
        }

        file.Sync();
        disk.SyncFolder(folder);
        return new WriteAheadFile(file, size);
    }

    /// <summary>Begins a new use of the file: what it held is no longer needed.</summary>
    public void Begin(StoreId store, long generation, long oldestNeeded)
    {
        Generation = generation;
        Segments.Clear();
        file.Write(0, WriteAheadFormat.WriteFileHeader(store, generation, oldestNeeded));
        file.Sync();
        End = WriteAheadFormat.FileHeaderSize;
    }

    /// <summary>Writes entries and syncs them.</summary>
    public void Append(ReadOnlySpan<byte> entries)
    {
        file.Write(End, entries);
        file.Sync();
        End += entries.Length;
    }

    public void Dispose() => file.Dispose();
}
