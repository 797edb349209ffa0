using Azure.Storage.Blobs;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>Bytes that no owner wrote are damage: nothing is acknowledged behind them, and what lies before can be read.</summary>
[Collection(AzuriteTests.Name)]
public sealed class DamageTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    private readonly BlobContainerClient _container = azurite.NewContainer();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_owner_acknowledges_nothing_behind_foreign_bytes(bool rolls)
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var log = await TestLog.OpenAsync(store, Orders);
        await log.KeepAsync("a");
        await AppendGarbageAsync();
        for (var tries = 0; tries < 2; tries++)
        {
            await Assert.ThrowsAsync<IOException>(() => rolls ? log.RollAsync() : log.AppendAsync("b"));
        }

        Assert.Equal(StoreOutcome.Done, await log.Log.ConfirmAsync());
        Assert.Equal(["a"], await log.ReadValuesAsync());
        await IsDamagedAsync(store, log.Stored(Offset.Zero, "a").Length, 1, ["a"]);
    }

    [Fact]
    public async Task A_log_with_foreign_bytes_is_damaged_and_stays_as_it_is()
    {
        var store = await ProxiedStore.OpenStoreAsync(_container);
        var log = await TestLog.OpenAsync(store, Orders);
        await log.KeepAsync("a");
        await log.KeepAsync("b", "c");
        await AppendGarbageAsync();
        await IsDamagedAsync(store, (await log.ReadSegmentAsync(Offset.Zero)).Length, 3, ["a", "b", "c"]);
    }

    private async Task AppendGarbageAsync()
    {
        // Longer than the batch that its owner appends next, so that only the bytes tell that they are not that batch.
        using var bytes = new MemoryStream(new byte[500]);
        await _container.BlobOf(Orders, await _container.LastOfAsync(Orders)).AppendBlockAsync(bytes);
    }

    private async Task IsDamagedAsync(BlobLogStore store, long position, long offset, string[] readable)
    {
        var blobs = (await _container.OfLogAsync(Orders)).Where(blob => blob.Length != 0).ToList();
        for (var opening = 0; opening < 3; opening++)
        {
            var log = await TestLog.RecoverAsync(store, Orders);
            var damage = Assert.IsType<LogDamagedException>(log.Log.Tail.Damage);
            Assert.Equal((position, new Offset(offset)), (damage.Position, damage.Offset));
            Assert.Contains("log orders on blobs, segment 0", damage.Message, StringComparison.Ordinal);
            Assert.Equal(position, log.Log.Segments[^1].Length);
            Assert.Equal(readable, log.Seen.Values);
            var before = new byte[position];
            Assert.Equal(position, await log.Log.ReadAsync(Offset.Zero, 0, before, CancellationToken.None));
            Assert.Equal(readable, BatchMaker.Read([before]).Select(record => record.Value));
            Assert.Same(damage, await Assert.ThrowsAsync<LogDamagedException>(() => log.AppendAsync("no")));
            Assert.Same(damage, await Assert.ThrowsAsync<LogDamagedException>(() => log.RollAsync()));
        }

        // Nothing was deleted or written but the empty blob of the last owner.
        Assert.Equal(blobs, (await _container.OfLogAsync(Orders)).SkipLast(1));
    }
}
