using OrleansQueue.Documents;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Telemetry;

namespace OrleansQueue.Grains.Hosting;

/// <summary>A store of logs and one of documents that belong together.</summary>
/// <param name="Name">What people know them by.</param>
/// <param name="Logs">The logs.</param>
/// <param name="Documents">The documents; null where a grain storage of the application keeps them.</param>
/// <param name="IsShared">Whether they belong to several silos of this process, and are not closed with one of them.</param>
internal sealed record OpenedStorage(string Name, ILogStore Logs, IDocumentStore? Documents, bool IsShared) : IAsyncDisposable
{
    private const string DocumentFolder = "documents";

    /// <summary>Opens what the options name.</summary>
    /// <exception cref="StoreInUseException">Another process has the folder.</exception>
    /// <exception cref="FormatLevelException">It was made at a level of the formats that this version does not know.</exception>
    public static async Task<OpenedStorage> OpenAsync(
        OrleansQueueOptions options, string root, SharedMemory? shared, FormatLevels levels, TimeProvider clock, BrokerMetrics metrics, CancellationToken cancellationToken)
    {
        if (shared is not null)
        {
            return new OpenedStorage("memory shared by the silos of this process", shared.Logs.For(levels), shared.Documents, IsShared: true);
        }

        var id = new StoreId(Guid.NewGuid());
        if (options.SharedStorage is { } storage)
        {
            return new OpenedStorage(storage.Name, await storage.OpenAsync(id, levels, cancellationToken), null, IsShared: false);
        }

        if (options.Storage == StorageKind.Memory)
        {
            return new OpenedStorage("memory", new MemoryLogStore(id, levels: levels), new MemoryDocuments(), IsShared: false);
        }

        var path = Path.GetFullPath(options.FilesPath, Path.GetFullPath(root));
        var settings = new FileStoreOptions { Path = path, NewId = id, Levels = levels, Clock = clock };
        var disk = new MeasuredDisk(OperatingSystemDisk.Instance, clock, metrics);
        var logs = await FileLogStore.OpenAsync(
            settings, disk, new DiskThreads("OrleansQueue write", settings.WriteThreads), new DiskThreads("OrleansQueue read", settings.ReadThreads));
        var documents = new FileDocuments(disk, new DiskThreads("OrleansQueue documents", 1), Path.Combine(path, DocumentFolder));
        return new OpenedStorage($"files in {path}", logs, documents, IsShared: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (!IsShared)
        {
            // The documents lie in the folder that the logs give up last.
            if (Documents is not null)
            {
                await Documents.DisposeAsync();
            }

            await Logs.DisposeAsync();
        }
    }
}

/// <summary>Storage in memory that several silos of one process share, as tests of a cluster need it.</summary>
internal sealed class SharedMemory(FormatLevels? levels = null)
{
    public MemoryLogStore Logs { get; } = new(new StoreId(Guid.NewGuid()), levels: levels);

    public MemoryDocuments Documents { get; } = new();
}
