using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>Somebody put a symbolic link into the store's folder: what it leads to is not the store's, and nothing there goes.</summary>
public sealed class SymbolicLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task Deletion_of_a_log_that_holds_a_link_leaves_what_it_leads_to()
    {
        var precious = Path.Combine(_elsewhere.Path, "precious");
        File.WriteAllText(precious, "keep me");
        await using var store = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path));
        await using (var log = await TestLog.OpenAsync(store, StoreOnDisk.Orders))
        {
            await log.KeepAsync("a");
        }

        var folder = Path.Combine(_folder.Path, "logs", StoreOnDisk.Orders.Name);
        Directory.CreateSymbolicLink(Path.Combine(folder, "folder"), _elsewhere.Path);
        File.CreateSymbolicLink(Path.Combine(folder, "file"), precious);
        await store.DeleteAsync(StoreOnDisk.Orders, CancellationToken.None);

        Assert.False(Directory.Exists(folder));
        Assert.Equal("keep me", File.ReadAllText(precious));
    }

    [Fact]
    public async Task Deletion_of_a_log_whose_folder_is_a_link_leaves_what_it_leads_to()
    {
        var precious = Path.Combine(_elsewhere.Path, "precious");
        File.WriteAllText(precious, "keep me");
        await using var store = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "logs", StoreOnDisk.Orders.Name), _elsewhere.Path);

        await store.DeleteAsync(StoreOnDisk.Orders, CancellationToken.None);

        Assert.Empty(await store.ListAsync(CancellationToken.None));
        Assert.Equal("keep me", File.ReadAllText(precious));
    }
}
