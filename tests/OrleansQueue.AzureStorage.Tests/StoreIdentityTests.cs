using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A container has one store, which is known by its name, and what is not of it is refused and left as it is.</summary>
[Collection(AzuriteTests.Name)]
public sealed class StoreIdentityTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    private readonly BlobContainerClient _container = azurite.NewContainer();

    [Fact]
    public async Task Stores_opened_at_once_on_an_empty_container_are_one()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ProxiedStore.OpenStoreAsync(_container)));
        var id = Assert.Single(stores.Select(store => store.Id).Distinct());
        Assert.Equal(id, (await ProxiedStore.OpenStoreAsync(_container)).Id);
        Assert.Equal($"OrleansQueue store, format {FormatRange.Own.Newest}\n{id}\n", (await StoreBlob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task A_container_with_logs_and_no_name_is_refused()
    {
        await TestLog.OpenAsync(await ProxiedStore.OpenStoreAsync(_container), Orders);
        await StoreBlob.DeleteAsync();
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ProxiedStore.OpenStoreAsync(_container));
        Assert.Contains($"Container {_container.Name} holds logs but no blob 'store'", refused.Message, StringComparison.Ordinal);
        Assert.False(await StoreBlob.ExistsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else\n0197a000000070008000000000000001\n")]
    [InlineData("OrleansQueue store, format 0\n0197a000000070008000000000000001\n")]
    [InlineData("OrleansQueue store, format 1\n")]
    [InlineData("OrleansQueue store, format 1\nno id\n")]
    public async Task A_name_that_is_none_is_refused(string content)
    {
        await _container.CreateAsync();
        await StoreBlob.UploadAsync(BinaryData.FromString(content));
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ProxiedStore.OpenStoreAsync(_container));
        Assert.Contains("Blob 'store' does not name a store", refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, (await StoreBlob.DownloadContentAsync()).Value.Content.ToString());
    }

    [Theory]
    [InlineData("store", "0197a00000007000800000000000000f", "belongs to store")]
    [InlineData("format", "", "its metadata 'format' is ''")]
    [InlineData("epoch", "soon", "its metadata 'epoch' is 'soon'")]
    [InlineData("writer", "7", "its metadata 'writer' is '7'")]
    public async Task A_log_with_a_blob_of_another_store_or_format_is_refused(string name, string value, string fault)
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        await (await TestLog.OpenAsync(store, Orders)).KeepAsync("a");
        var last = await _container.LastOfAsync(Orders);
        var metadata = (await _container.MarkOfAsync(Orders, last)).Write();
        metadata.Remove(name);
        if (value.Length != 0)
        {
            metadata.Add(name, value);
        }

        await _container.BlobOf(Orders, last + 1).CreateAsync(new AppendBlobCreateOptions { Metadata = metadata });
        var before = await _container.OfLogsAsync();
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => TestLog.RecoverAsync(store, Orders));
        Assert.Contains(BlobNames.OfBlob(Orders, last + 1), refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _container.OfLogsAsync());
    }

    private BlobClient StoreBlob => _container.GetBlobClient("store");
}
