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

    /// <summary>The segments that hold bytes of this file.</summary>
    public HashSet<(LogId Log, Offset Segment)> Segments { get; private set; } = [];

    /// <summary>Those that are still to be synced before the file, once full, is free.</summary>
    public Queue<(LogId Log, Offset Segment)> Unsynced { get; set; } = [];

    public static string NameOf(int number) => number.ToString("D4", CultureInfo.InvariantCulture) + Suffix;

    public static bool IsName(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Makes a file of zeros.</summary>
    public static WriteAheadFile Create(IDisk disk, string folder, string name, int size)
    {
        var path = Path.Combine(folder, name);
        var file = disk.Open(path, create: true);
        try
        {
            var zeros = new byte[Math.Min(1 << 20, size)];
            for (long at = 0; at < size; at += zeros.Length)
            {
                file.Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, size - at)));
            }

            file.Sync();
            disk.SyncFolder(folder);
            return new WriteAheadFile(file, size);
        }
        catch
        {
            // On a full disk each attempt would otherwise leave a piece of a file and take the room that was made meanwhile.
            file.Dispose();
            disk.Delete(path);
            throw;
        }
    }

    /// <summary>Begins a new use of the file: what it held is no longer needed. Where that fails, a replay may still find the old use.</summary>
    public void Begin(StoreId store, long generation, long oldestNeeded)
    {
        file.Write(0, WriteAheadFormat.WriteFileHeader(store, generation, oldestNeeded));
        file.Sync();
        Generation = generation;
        Segments = [];
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
