using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>Opens file stores for tests.</summary>
internal static class FileStores
{
    public static readonly StoreId Id = new(new Guid("0197a000-0000-7000-8000-000000000001"));

    public const string Root = "/store";

    /// <summary>Options with small files, so that a test need not write much to see them turn over.</summary>
    public static FileStoreOptions Options(string path = Root, TimeProvider? clock = null, int writeAheadFileBytes = 64 << 10) => new()
    {
        Path = path,
        NewId = Id,
        Clock = clock ?? new ManualClock(),
        WriteAheadFileBytes = writeAheadFileBytes,
    };

    /// <summary>A store on a disk of a test's own, with every call run at once on the caller's thread.</summary>
    public static Task<FileLogStore> OpenAsync(IDisk disk, FileStoreOptions? options = null) =>
        FileLogStore.OpenAsync(options ?? Options(), disk, new InlineDiskScheduler(), new InlineDiskScheduler());
}
