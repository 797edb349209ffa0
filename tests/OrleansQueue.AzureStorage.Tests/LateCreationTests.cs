using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A request that creates a blob may be done again long after that blob was deleted; what comes back is nobody's.</summary>
[Collection(AzuriteTests.Name)]
public sealed class LateCreationTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    private readonly BlobContainerClient _container = azurite.NewContainer();

    [Theory]
    [InlineData("takes over")]
    [InlineData("rolls")]
    [InlineData("deletes")]
    public async Task A_blob_that_comes_back_is_passed_over_and_removed(string what)
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        await (await TestLog.OpenAsync(store, Orders)).KeepAsync("a");
        await TestLog.RecoverAsync(store, Orders);
        var number = await _container.LastOfAsync(Orders);
        var mark = await _container.MarkOfAsync(Orders, number);
        var owner = await TestLog.RecoverAsync(store, Orders);
        await owner.KeepAsync("b");
        await _container.CreateAsync(Orders, number, what switch
        {
            "rolls" => mark with { Segment = new(1), Position = 0 },
            "deletes" => mark with { Segment = null, Position = 0, Origin = number, IsDeletion = true },
            _ => mark,
        });
        await owner.KeepAsync("c");

        var next = await TestLog.RecoverAsync(store, Orders);
        Assert.Equal([0], next.Log.Segments.Select(segment => segment.FirstOffset.Value));
        Assert.Equal(["a", "b", "c"], next.Seen.Values);
        Assert.DoesNotContain(number, (await _container.OfLogAsync(Orders)).Select(blob => blob.Number));
        await next.KeepAsync("d");
        Assert.Equal(["a", "b", "c", "d"], await (await TestLog.RecoverAsync(store, Orders)).ReadValuesAsync());
    }

    [Fact]
    public async Task An_owner_whose_empty_blob_was_removed_and_comes_back_is_fenced_all_the_same()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        await (await TestLog.OpenAsync(store, Orders)).KeepAsync("a");
        var fenced = await TestLog.RecoverAsync(store, Orders);
        var number = await _container.LastOfAsync(Orders);
        var mark = await _container.MarkOfAsync(Orders, number);
        var owner = await TestLog.RecoverAsync(store, Orders);
        await owner.KeepAsync("b");
        await _container.CreateAsync(Orders, number, mark);

        Assert.Equal(StoreOutcome.Fenced, await fenced.Log.ConfirmAsync());
        await Assert.ThrowsAsync<IOException>(() => fenced.AppendAsync("lost"));
        Assert.Equal(StoreOutcome.Fenced, await fenced.Log.ConfirmAsync());
        Assert.Equal(0, (await _container.OfLogAsync(Orders)).Single(blob => blob.Number == number).Length);
        await owner.KeepAsync("c");
        Assert.Equal(["a", "b", "c"], (await TestLog.RecoverAsync(store, Orders)).Seen.Values);
    }

    [Fact]
    public async Task An_owner_whose_written_blob_was_deleted_and_comes_back_is_fenced_all_the_same()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var fenced = await TestLog.OpenAsync(store, Orders);
        var number = await _container.LastOfAsync(Orders);
        var mark = await _container.MarkOfAsync(Orders, number);
        await fenced.KeepAsync("a");
        var owner = await TestLog.RecoverAsync(store, Orders);
        Assert.Equal(StoreOutcome.Done, await owner.RollAsync());
        await owner.DeleteBeforeAsync(new(1));
        await _container.CreateAsync(Orders, number, mark);

        Assert.Equal(StoreOutcome.Fenced, await fenced.Log.ConfirmAsync());
        await Assert.ThrowsAsync<IOException>(() => fenced.AppendAsync("lost"));
        await owner.KeepAsync("b");
        Assert.Equal([(1, "b")], await (await TestLog.RecoverAsync(store, Orders)).ReadAsync());
    }

    [Fact]
    public async Task An_owner_whose_number_was_used_long_since_makes_no_blob_of_it()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var fenced = await TestLog.OpenAsync(store, Orders);
        await fenced.KeepAsync("a");
        await TestLog.RecoverAsync(store, Orders);
        var number = await _container.LastOfAsync(Orders);
        await (await TestLog.RecoverAsync(store, Orders)).KeepAsync("b");
        Assert.DoesNotContain(number, (await _container.OfLogAsync(Orders)).Select(blob => blob.Number));

        var before = await _container.OfLogAsync(Orders);
        Assert.Equal(StoreOutcome.Fenced, await fenced.RollAsync());
        Assert.Equal(before, await _container.OfLogAsync(Orders));
    }
}
