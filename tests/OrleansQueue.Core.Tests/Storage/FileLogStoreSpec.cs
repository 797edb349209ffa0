using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage;

/// <summary>Files on the real disk, with the store's own threads.</summary>
public sealed class FileLogStoreSpec : LastingLogStoreSpec, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<ILogStore> OpenStoreAsync() => await FileLogStore.OpenAsync(FileStores.Options(_folder.Path));
}

/// <summary>Files on a disk in memory, with every call on the caller's thread.</summary>
public sealed class InlineFileLogStoreSpec : LastingLogStoreSpec
{
    private readonly ForgetfulDisk _disk = new();

    private protected override async Task<ILogStore> OpenStoreAsync() => await FileStores.OpenAsync(_disk);
}
