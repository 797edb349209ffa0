using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage;

/// <summary>What files promise beside what every store that lasts does.</summary>
public abstract class FileStoreSpec : LastingLogStoreSpec
{
    [Fact]
    public async Task A_log_of_durability_memory_is_gone_when_the_store_is_opened_again()
    {
        var log = await TestLog.OpenAsync(Store, Bills, Durability.Memory);
        await log.KeepAsync("a");
        Assert.Equal([Bills], await Store.ListAsync(CancellationToken.None));
        await ReopenAsync();
        Assert.Empty(await Store.ListAsync(CancellationToken.None));
    }
}

/// <summary>Files on the real disk, with the store's own threads.</summary>
public sealed class FileLogStoreSpec : FileStoreSpec, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private protected override async Task<ILogStore> OpenStoreAsync() => await FileLogStore.OpenAsync(FileStores.Options(_folder.Path));
}

/// <summary>Files on a disk in memory, with every call on the caller's thread.</summary>
public sealed class InlineFileLogStoreSpec : FileStoreSpec
{
    private readonly ForgetfulDisk _disk = new();

    private protected override async Task<ILogStore> OpenStoreAsync() => await FileStores.OpenAsync(_disk);
}
