using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>A partition on blobs is taken over by walking what came since its last checkpoint, not all of a segment that is far away.</summary>
[Collection(AzuriteTests.Name)]
public sealed class CheckpointTests(AzuriteFixture azurite)
{
    private readonly PartitionLogOptions _options = new() { Log = LogId.Parse("p-test"), CheckpointCommits = 10 };

    [Fact]
    public async Task A_new_owner_walks_what_came_since_the_last_checkpoint_and_none_where_the_log_was_closed()
    {
        var container = azurite.NewContainer();
        var store = await ProxiedStore.OpenStoreAsync(container);
        var log = await OpenAsync(store);
        await AppendAsync(log, 25);
        var next = await OpenedAsync(await ProxiedStore.OpenStoreAsync(container));
        Assert.Equal((5, new Offset(25)), (next.Walked.Batches, next.LogEnd));

        log = await OpenAsync(store);
        await AppendAsync(log, 3);
        await log.DisposeAsync();
        var last = await OpenedAsync(await ProxiedStore.OpenStoreAsync(container));
        Assert.Equal((0, new Offset(28)), (last.Walked.Batches, last.LogEnd));
    }

    private ValueTask<PartitionLog> OpenAsync(ILogStore store) => PartitionLog.OpenAsync(store, _options, TimeProvider.System, NoLogEvents.Instance, CancellationToken.None);

    private ValueTask<OpenedLog> OpenedAsync(ILogStore store) => OpenedLog.OpenAsync(store, _options, TimeProvider.System, NoLogEvents.Instance, null, CancellationToken.None);

    private static async Task AppendAsync(PartitionLog log, int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            Assert.IsType<OrleansQueue.Broker.ProduceResult.Appended>(await log.AppendAsync(BatchMaker.Of($"record {i}")));
        }
    }
}
