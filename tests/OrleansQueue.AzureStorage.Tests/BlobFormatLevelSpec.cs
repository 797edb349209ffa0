using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What every store promises of levels, of logs on append blobs.</summary>
[Collection(AzuriteTests.Name)]
public sealed class BlobFormatLevelSpec(AzuriteFixture azurite) : LastingFormatLevelSpec
{
    private readonly BlobContainerClient _container = azurite.NewContainer();

    private protected override async Task<ILogStore> OpenStoreAsync(FormatLevels levels) => await ProxiedStore.OpenStoreAsync(_container, new BlobLogOptions { Levels = levels });

    [Fact]
    public async Task A_new_owner_begins_a_blob_of_the_level_that_is_written()
    {
        var orders = LogId.Parse("orders");
        await WithStoreAsync(New(FormatLevel.First), async store => await (await TestLog.OpenAsync(store, orders)).KeepAsync("a"));
        await WithStoreAsync(New(new(2)), async store => Assert.Equal(new FormatLevel(2), (await TestLog.OpenAsync(store, orders)).Log.Level));
    }
}
