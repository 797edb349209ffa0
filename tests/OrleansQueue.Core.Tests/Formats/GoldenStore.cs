using System.Buffers;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>Makes a small file store in which every format occurs: segments with all files beside them, a journal with a snapshot, a write-ahead file.</summary>
internal static class GoldenStore
{
    public static readonly LogId Partition = LogId.ForPartition(new TopicId(new Guid("0197a000-0000-7000-8000-0000000000aa")), new Partition(3));

    public static readonly LogId JournalId = LogId.Parse("j-golden");

    public static readonly PartitionLogOptions Options = new() { Log = Partition, SegmentBytes = 150 };

    public static FileStoreOptions StoreOptions(TimeProvider clock) => FileStores.Options(clock: clock, writeAheadFileBytes: 8 << 10) with
    {
        // What is checked in was written when there was one level.
        Levels = new(new FormatRange(FormatLevel.First, FormatLevel.First), FormatLevel.First),
    };

    /// <summary>Writes the store as far as a process gets that is killed afterwards.</summary>
    public static async Task<ForgetfulDisk> MakeAsync()
    {
        var disk = new ForgetfulDisk();
        var clock = new ManualClock();
        var store = await FileStores.OpenAsync(disk, StoreOptions(clock));
        var log = await PartitionLog.OpenAsync(store, Options, clock, NoLogEvents.Instance, CancellationToken.None);
        await log.AppendAsync(BatchMaker.From(new ProducerStamp(new(7), new(0), new(0)), "one", "two"));
        clock.Advance(TimeSpan.FromSeconds(5));
        await log.AppendAsync(BatchMaker.From(new ProducerStamp(new(7), new(0), new(2)), "three"));
        clock.Advance(TimeSpan.FromSeconds(5));
        await log.AppendAsync(BatchMaker.From(new ProducerStamp(new(7), new(0), new(3)), "four"));

        var journal = await Journal.OpenAsync(store, JournalId, new Words(), new JournalOptions { SnapshotAfterBytes = 200 }, CancellationToken.None);
        foreach (var word in new[] { "a", "b", "c", "d" })
        {
            await journal.AppendAsync(System.Text.Encoding.ASCII.GetBytes(word));
        }

        return disk;
    }

    /// <summary>Every file of a store's disk by its path below the store, the lock aside, which holds nothing.</summary>
    public static Dictionary<string, byte[]> Files(ForgetfulDisk disk) => disk.Files().ToDictionary(
        path => Path.GetRelativePath(FileStores.Root, path),
        path =>
        {
            using var file = disk.Open(path, create: false);
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            return bytes;
        });

    /// <summary>The files that are checked in.</summary>
    public static Dictionary<string, byte[]> CheckedIn()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Formats", "store");
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes);
    }

    /// <summary>A disk that holds these files.</summary>
    public static ForgetfulDisk DiskWith(Dictionary<string, byte[]> files)
    {
        var disk = new ForgetfulDisk();
        foreach (var (name, bytes) in files)
        {
            var path = Path.Combine(FileStores.Root, name);
            disk.CreateFolder(Path.GetDirectoryName(path)!);
            using var file = disk.Open(path, create: true);
            file.Write(0, bytes);
            file.Sync();
            disk.SyncFolder(Path.GetDirectoryName(path)!);
        }

        return disk;
    }

    /// <summary>A state that is a row of words.</summary>
    public sealed class Words : IJournalState
    {
        public string Text { get; private set; } = "";

        public void Apply(ReadOnlySpan<byte> entry) => Text += System.Text.Encoding.ASCII.GetString(entry);

        public void WriteSnapshot(IBufferWriter<byte> to) => to.Write(System.Text.Encoding.ASCII.GetBytes(Text));

        public void ReadSnapshot(ReadOnlySpan<byte> snapshot) => Text = System.Text.Encoding.ASCII.GetString(snapshot);
    }
}
