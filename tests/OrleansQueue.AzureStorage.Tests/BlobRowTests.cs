using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A segment is a row of blobs, which reads as one; and the row gets no longer by itself.</summary>
[Collection(AzuriteTests.Name)]
public sealed class BlobRowTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");
    private static readonly LogId Bills = LogId.Parse("bills");

    private readonly BlobContainerClient _container = azurite.NewContainer();

    [Fact]
    public async Task A_blob_that_is_full_is_ended_and_its_segment_goes_on_in_the_next()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container, new BlobLogOptions { MaxBlocks = 3 });
        var log = await TestLog.OpenAsync(store, Orders);
        var bytes = new List<byte>();
        foreach (var value in Enumerable.Range(0, 10).Select(i => $"value {i}"))
        {
            bytes.AddRange(log.Stored(log.Next, value));
            await log.KeepAsync(value);
        }

        var batch = bytes.Count / 10;
        Assert.Equal([3 * batch, 3 * batch, 3 * batch, batch], (await _container.OfLogAsync(Orders)).Select(blob => (int)blob.Length).Where(length => length != 0));
        Assert.Equal(bytes, await log.ReadSegmentAsync(Offset.Zero, 61));
        Assert.Equal(StoreOutcome.Done, await log.Log.ConfirmAsync());

        var again = await TestLog.RecoverAsync(await ProxiedStore.OpenStoreAsync(_container), Orders);
        Assert.Equal([new SegmentExtent(Offset.Zero, bytes.Count)], again.Log.Segments);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i * batch), again.Seen.Positions);
        Assert.Equal(bytes, await again.ReadSegmentAsync(Offset.Zero, 61));
        await again.KeepAsync("more");
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => $"value {i}"), "more"], await again.ReadValuesAsync());
    }

    [Fact]
    public async Task Openings_that_append_nothing_leave_no_row_of_blobs()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var log = await TestLog.OpenAsync(store, Orders);
        await log.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        for (var i = 0; i < 10; i++)
        {
            await TestLog.RecoverAsync(store, Orders);
            await TestLog.RecoverAsync(store, Bills);
        }

        Assert.Equal([true, false], (await _container.OfLogAsync(Orders)).Select(blob => blob.Length != 0));
        Assert.Equal(0, Assert.Single(await _container.OfLogAsync(Bills)).Length);
        Assert.Equal([0, 1], (await TestLog.RecoverAsync(store, Orders)).Log.Segments.Select(segment => segment.FirstOffset.Value));
    }

    [Fact]
    public async Task A_segment_that_stays_empty_between_others_is_kept()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var log = await TestLog.OpenAsync(store, Orders);
        await log.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        Assert.Equal(StoreOutcome.Done, await log.Log.RollAsync(new(5)));
        Assert.Equal([0, 1, 5], (await TestLog.RecoverAsync(store, Orders)).Log.Segments.Select(segment => segment.FirstOffset.Value));
    }

    [Fact]
    public async Task A_log_that_lacks_a_blob_is_not_opened_and_nothing_is_changed()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container, new BlobLogOptions { MaxBlocks = 2 });
        var log = await TestLog.OpenAsync(store, Orders);
        for (var i = 0; i < 6; i++)
        {
            await log.KeepAsync("a");
        }

        var batch = log.Stored(Offset.Zero, "a").Length;
        var last = await _container.LastOfAsync(Orders);
        await _container.BlobOf(Orders, last - 1).DeleteAsync();
        var before = await _container.OfLogsAsync();
        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<InvalidDataException>(() => TestLog.RecoverAsync(store, Orders));
            Assert.Contains($"Log orders lacks a blob: that of number {last} begins at byte {4 * batch} of segment 0, ", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await _container.OfLogsAsync());
    }
}
