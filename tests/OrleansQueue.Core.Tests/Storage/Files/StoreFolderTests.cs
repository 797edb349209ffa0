using System.Diagnostics;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A folder is a store, becomes one, or is refused and left as it is.</summary>
public sealed class StoreFolderTests : IDisposable
{
    private static readonly StoreId Other = new(new Guid("0197a000-0000-7000-8000-00000000000f"));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_keeps_the_identity_that_it_was_made_with()
    {
        await using (var store = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path)))
        {
            Assert.Equal(FileStores.Id, store.Id);
        }

        await using var again = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path) with { NewId = Other });
        Assert.Equal(FileStores.Id, again.Id);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_made()
    {
        await using var store = await FileLogStore.OpenAsync(FileStores.Options(Path.Combine(_folder.Path, "a", "b")));
        Assert.True(File.Exists(Path.Combine(_folder.Path, "a", "b", "store")));
    }

    [Theory]
    [InlineData("something else\n")]
    [InlineData("OrleansQueue store, format 0\n0197a00000007000800000000000000f\n")]
    [InlineData("OrleansQueue store, format 1\nnobody\n")]
    [InlineData("")]
    public async Task A_folder_with_another_identity_file_is_refused_and_stays_as_it_is(string content)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "store"), content);
        await RefusedAsync("does not name a store");
    }

    [Fact]
    public async Task A_folder_with_logs_and_no_identity_is_refused_and_stays_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "logs", "orders"));
        File.WriteAllText(Path.Combine(_folder.Path, "logs", "orders", "00000000000000000000.log"), "bytes");
        await RefusedAsync("holds logs but no 'store' file");
    }

    [Fact]
    public async Task A_network_share_is_refused_and_stays_as_it_is()
    {
        var disk = new ForgetfulDisk { IsShare = true };
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => FileLogStore.OpenAsync(FileStores.Options("/share"), disk, new InlineDiskScheduler(), new InlineDiskScheduler()));
        Assert.StartsWith("Data folder /share is on a network share", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(0, disk.Changes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not/there/yet")]
    public void A_folder_on_a_disk_of_this_machine_is_none(string below) => Assert.False(OperatingSystemDisk.Instance.IsOnNetwork(Path.Combine(_folder.Path, below)));

    [Fact]
    public async Task Damaged_epochs_are_refused_since_two_owners_could_get_the_same()
    {
        await using (var store = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path)))
        {
            await TestLog.OpenAsync(store, StoreOnDisk.Orders);
        }

        File.WriteAllBytes(Path.Combine(_folder.Path, "epochs"), [0, 0, 0, 1, 9, 9, 9, 9]);
        await RefusedAsync("two owners of a log could get one epoch");
    }

    [Fact]
    public async Task A_folder_that_this_process_has_is_in_use()
    {
        await using var store = await FileLogStore.OpenAsync(FileStores.Options(_folder.Path));
        await InUseAsync();
        await (await TestLog.OpenAsync(store, StoreOnDisk.Orders)).KeepAsync("still works");
    }

    [Fact]
    public async Task A_store_given_up_is_free_again()
    {
        await (await FileLogStore.OpenAsync(FileStores.Options(_folder.Path))).DisposeAsync();
        await (await FileLogStore.OpenAsync(FileStores.Options(_folder.Path))).DisposeAsync();
    }

    [Fact]
    public async Task A_folder_that_another_process_has_is_in_use()
    {
        // Of the systems that this runs on, those with this command lock files as .NET does.
        if (!File.Exists("/usr/bin/flock"))
        {
            return;
        }

        await (await FileLogStore.OpenAsync(FileStores.Options(_folder.Path))).DisposeAsync();
        var command = new ProcessStartInfo("/usr/bin/flock", ["--no-fork", Path.Combine(_folder.Path, "lock"), "sh", "-c", "echo held; read end"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using (var other = Process.Start(command)!)
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync());
            await InUseAsync();
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }

        await (await FileLogStore.OpenAsync(FileStores.Options(_folder.Path))).DisposeAsync();
    }

    private async Task RefusedAsync(string reason)
    {
        var before = Tree();
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => FileLogStore.OpenAsync(FileStores.Options(_folder.Path)));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Equal(before, Tree());
    }

    private async Task InUseAsync()
    {
        var before = Tree();
        var refused = await Assert.ThrowsAsync<StoreInUseException>(() => FileLogStore.OpenAsync(FileStores.Options(_folder.Path)));
        Assert.Equal(
            $"Data folder {_folder.Path} is in use by another silo. A folder belongs to one silo; several silos need shared storage: azure-blobs.",
            refused.Message);
        Assert.Equal(before, Tree());
    }

    private List<(string Path, long Length, DateTime Written)> Tree() =>
    [
        .. new DirectoryInfo(_folder.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => (entry.FullName, (entry as FileInfo)?.Length ?? 0, entry.LastWriteTimeUtc)),
    ];
}
