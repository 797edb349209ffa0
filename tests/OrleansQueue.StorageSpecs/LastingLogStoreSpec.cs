using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>What a back end promises beside when it outlives the process.</summary>
public abstract class LastingLogStoreSpec : LogStoreSpec
{
    [Fact]
    public async Task Everything_is_there_when_the_store_is_opened_again()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await log.KeepAsync("a");
        await log.KeepAsync(new string('b', 100_000));
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        await log.KeepAsync("c");
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "state"u8.ToArray());
        var id = Store.Id;
        await ReopenAsync();
        Assert.Equal(id, Store.Id);
        Assert.Equal([Orders], await Store.ListAsync(CancellationToken.None));
        var again = await TestLog.OpenAsync(Store, Orders);
        Assert.Equal(["a", new string('b', 100_000), "c"], await again.ReadValuesAsync());
        Assert.Equal("state"u8.ToArray(), await again.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
    }

    [Fact]
    public async Task Epochs_rise_also_when_the_store_is_opened_again()
    {
        var last = Epoch.None;
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                var log = await TestLog.RecoverAsync(Store, Orders);
                Assert.True(log.Log.Epoch > last);
                last = log.Log.Epoch;
            }

            await ReopenAsync();
        }
    }

    [Fact]
    public async Task A_deleted_log_stays_deleted()
    {
        await (await TestLog.OpenAsync(Store, Orders)).KeepAsync("a");
        await Store.DeleteAsync(Orders, CancellationToken.None);
        await ReopenAsync();
        Assert.Empty(await Store.ListAsync(CancellationToken.None));
        Assert.Empty((await TestLog.RecoverAsync(Store, Orders)).Log.Segments);
    }

    /// <summary>As if the process had ended and another had begun.</summary>
    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenStoreAsync();
    }
}
