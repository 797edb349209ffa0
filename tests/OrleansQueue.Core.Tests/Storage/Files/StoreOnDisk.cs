using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A file store on a disk in memory that can lose power, be killed and be opened again.</summary>
internal sealed class StoreOnDisk
{
    public static readonly LogId Orders = LogId.Parse("orders");
    public static readonly LogId Bills = LogId.Parse("bills");

    private StoreOnDisk(ForgetfulDisk disk, FileStoreOptions options, FileLogStore store)
    {
        (Disk, Options, Store) = (disk, options, store);
        Clock = (ManualClock)options.Clock;
    }

    public ForgetfulDisk Disk { get; private set; }

    public FileStoreOptions Options { get; }

    public FileLogStore Store { get; private set; }

    public ManualClock Clock { get; }

    /// <summary>A value too large for the write-ahead log.</summary>
    public static string Large(char fill, int length = 70_000) => new(fill, length);

    public static string FolderOf(LogId log) => $"{FileStores.Root}/logs/{log}";

    public static string SegmentOf(LogId log, long first) => $"{FolderOf(log)}/{first:D20}.log";

    public static async Task<StoreOnDisk> OpenAsync(ForgetfulDisk? disk = null, FileStoreOptions? options = null)
    {
        disk ??= new ForgetfulDisk();
        options ??= FileStores.Options();
        return new StoreOnDisk(disk, options, await FileStores.OpenAsync(disk, options));
    }

    public Task<TestLog> OpenLogAsync(LogId log, Durability durability = Durability.Fsync) => TestLog.OpenAsync(Store, log, durability);

    /// <summary>The process is killed and started again: what it wrote is there, synced or not.</summary>
    public async Task KillAsync()
    {
        Disk.OnSync = null;
        Disk.OnWrite = null;
        Disk.KeepEverything();
        Store = await FileStores.OpenAsync(Disk, Options);
    }

    /// <summary>The power is lost and comes back.</summary>
    public async Task LosePowerAsync(int seed)
    {
        Disk = Disk.Restart(seed);
        Store = await FileStores.OpenAsync(Disk, Options);
    }

    /// <summary>The files of a log whose names end so.</summary>
    public IReadOnlyList<string> FilesOf(LogId log, string contains) =>
        [.. Disk.Files().Where(file => file.StartsWith(FolderOf(log) + "/", StringComparison.Ordinal) && file.Contains(contains, StringComparison.Ordinal))];
}
