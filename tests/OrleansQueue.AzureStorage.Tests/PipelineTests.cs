using OrleansQueue.Azurite;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>Appends that are under way together: each is placed behind the one before, whichever reaches the storage first.</summary>
[Collection(AzuriteTests.Name)]
public sealed class PipelineTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    [Fact]
    public Task The_second_that_reaches_the_storage_first_waits_for_the_first() => OneScheduler.RunAsync(async () =>
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite);
        await using var log = await TestLog.OpenAsync(proxied.Store, Orders);
        await log.KeepAsync("a");
        Assert.Equal(2, log.Log.AppendsAtOnce);

        // The first is held up on its way, as its request is lost and the library pauses before it sends it again.
        proxied.Proxy.DisturbNext(request => ProxiedStore.Is(request, "appendblock"), StorageFault.LoseRequest);
        var (first, second) = (log.Stored(new Offset(1), "b"), log.Stored(new Offset(2), "c"));
        var appends = await Task.WhenAll(log.Log.AppendAsync([first]).AsTask(), log.Log.AppendAsync([second]).AsTask());

        Assert.Equal([StoreOutcome.Done, StoreOutcome.Done], appends);
        Assert.Equal(1, proxied.Proxy.Counts[StorageFault.LoseRequest]);
        Assert.Equal(["a", "b", "c"], await log.ReadValuesAsync());
    });

    [Fact]
    public Task Where_the_first_meets_a_later_owner_the_second_does_too() => OneScheduler.RunAsync(async () =>
    {
        await using var proxied = await ProxiedStore.OpenAsync(azurite);
        await using var log = await TestLog.OpenAsync(proxied.Store, Orders);
        await log.KeepAsync("a");
        await using var owner = await TestLog.RecoverAsync(proxied.Store, Orders);

        var (first, second) = (log.Stored(new Offset(1), "b"), log.Stored(new Offset(2), "c"));
        Assert.Equal([StoreOutcome.Fenced, StoreOutcome.Fenced], await Task.WhenAll(log.Log.AppendAsync([first]).AsTask(), log.Log.AppendAsync([second]).AsTask()));
        Assert.Equal(["a"], await owner.ReadValuesAsync());
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task A_partition_under_load_through_faults_keeps_what_it_acknowledged_once_and_in_order(int seed) => OneScheduler.RunAsync(async () =>
    {
        const int Batches = 300;
        await using var proxied = await ProxiedStore.OpenAsync(azurite, seed, new BlobLogOptions { MaxBlocks = 20 });
        var partition = await PartitionLog.OpenAsync(proxied.Store, new PartitionLogOptions { Log = Orders, SegmentBytes = 8_000 }, TimeProvider.System, NoLogEvents.Instance, CancellationToken.None);
        proxied.Proxy.Disturb(0.05);
        var appends = new List<Task<ProduceResult>>();
        for (var i = 0; i < Batches; i++)
        {
            appends.Add(partition.AppendAsync(BatchMaker.Of($"{i}")).AsTask());
            if (i % 3 == 2)
            {
                // So that commits are small and many.
                await appends[i - 2];
            }
        }

        var results = await Task.WhenAll(appends);
        proxied.Proxy.Rest();
        await partition.DisposeAsync();

        Assert.Equal(Enumerable.Range(0, Batches).Select(offset => new Offset(offset)), results.Select(result => Assert.IsType<ProduceResult.Appended>(result).BaseOffset));
        await using var last = await TestLog.RecoverAsync(await ProxiedStore.OpenStoreAsync(proxied.Container), Orders);
        Assert.True(last.Segments.Count > 2);
        Assert.Equal(Enumerable.Range(0, Batches).Select(i => $"{i}"), await last.ReadValuesAsync());
    });
}
