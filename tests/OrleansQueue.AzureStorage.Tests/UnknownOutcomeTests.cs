using OrleansQueue.Azurite;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A write of which nobody knows what became of it: the owner stays the owner, writes no more, and finds out by opening the log again.</summary>
[Collection(AzuriteTests.Name)]
public sealed class UnknownOutcomeTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    [Theory]
    [InlineData(false, "a", "c")]
    [InlineData(true, "a", "b", "c")]
    public async Task Who_opens_the_log_again_goes_on_behind_what_was_stored(bool isStored, params string[] values)
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await FailAppendAsync(proxied, isStored ? StorageFault.LoseAnswer : StorageFault.LoseRequest);
        var seen = new TailBatches();
        await using var again = new TestLog(await proxied.Store.OpenAsync(Orders, new LogOptions(Continues: log.Log.Epoch), seen, CancellationToken.None), seen);
        await again.KeepAsync("c");
        Assert.Equal(values, await again.ReadValuesAsync());
        Assert.Equal(StoreOutcome.Fenced, await log.Log.ConfirmAsync());
    }

    [Fact]
    public async Task Who_was_replaced_meanwhile_does_not_go_on()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await FailAppendAsync(proxied, StorageFault.LoseRequest);
        await using var other = await TestLog.RecoverAsync(proxied.Store, Orders);
        var before = await proxied.Container.OfLogsAsync();
        await Assert.ThrowsAsync<LogFencedException>(
            async () => await proxied.Store.OpenAsync(Orders, new LogOptions(Continues: log.Log.Epoch), new TailBatches(), CancellationToken.None));
        Assert.Equal(before, await proxied.Container.OfLogsAsync());
        Assert.Equal(StoreOutcome.Fenced, await log.Log.ConfirmAsync());
        await other.KeepAsync("c");
    }

    [Fact]
    public async Task A_roll_that_ended_the_blob_and_made_no_next_one_leaves_the_owner_the_owner()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await TestLog.OpenAsync(proxied.Store, Orders);
        await log.KeepAsync("a");
        proxied.Proxy.Disturb(request => ProxiedStore.Is(request, "create") ? StorageFault.LoseRequest : null);
        await Assert.ThrowsAsync<IOException>(() => log.RollAsync());
        proxied.Proxy.Rest();
        await Assert.ThrowsAsync<IOException>(() => log.AppendAsync("b"));
        Assert.Equal(StoreOutcome.Done, await log.Log.ConfirmAsync());

        await using var other = await TestLog.RecoverAsync(proxied.Store, Orders);
        Assert.Equal(StoreOutcome.Fenced, await log.Log.ConfirmAsync());
        Assert.Equal([0], other.Log.Segments.Select(segment => segment.FirstOffset.Value));
        await other.KeepAsync("b");
        Assert.Equal(["a", "b"], await other.ReadValuesAsync());
    }

    /// <summary>An owner of which "a" is kept, and whose append of "b" meets a fault at every try.</summary>
    private static async Task<TestLog> FailAppendAsync(ProxiedStore proxied, StorageFault fault)
    {
        var log = await TestLog.OpenAsync(proxied.Store, Orders);
        await log.KeepAsync("a");
        proxied.Proxy.Disturb(request => ProxiedStore.Is(request, "appendblock") ? fault : null);
        await Assert.ThrowsAsync<IOException>(() => log.AppendAsync("b"));
        proxied.Proxy.Rest();
        await Assert.ThrowsAsync<IOException>(() => log.AppendAsync("b"));
        await Assert.ThrowsAsync<IOException>(() => log.RollAsync());
        Assert.Equal(["a"], await log.ReadValuesAsync());
        Assert.Equal(StoreOutcome.Done, await log.Log.ConfirmAsync());
        return log;
    }
}
