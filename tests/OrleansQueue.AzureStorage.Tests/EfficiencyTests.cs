using System.Diagnostics;
using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;
using Xunit.Abstractions;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>
/// How many requests a load costs: as it grows, more is written with each. It prints the figures that docs/operating/capacity.md starts from; on Azurite
/// times are Azurite's, and requests, bytes and processor time of the store are its own.
/// </summary>
[Collection(AzuriteTests.Name)]
public sealed class EfficiencyTests(AzuriteFixture azurite, ITestOutputHelper report)
{
    private const int MessageBytes = 1_024;

    [Fact]
    public async Task Commits_coalesce_as_the_load_grows()
    {
        var loads = new List<(int Producers, double MessagesOfAnAppend)>();
        foreach (var producers in new[] { 1, 4, 16, 64, 256 })
        {
            var container = azurite.NewContainer();
            var store = await ProxiedStore.OpenStoreAsync(container);
            var messages = Math.Max(100, producers * 20);
            var (seconds, processor) = await PublishAsync(store, producers, messages);
            var appends = await AppendsAsync(container);
            loads.Add((producers, (double)messages / appends));
            report.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{producers} producers, one message each on its way: {messages / seconds:F0} messages/s, {appends / seconds:F0} appends/s, {(double)messages * MessageBytes / appends:F0} bytes an append, {processor * 1e3 / messages:F2} ms of processor a message"));
        }

        // With one message on its way there is nothing to put together; with many, two requests are under way and all that waits goes with the next.
        Assert.InRange(loads[0].MessagesOfAnAppend, 0.9, 1);
        Assert.InRange(loads[^1].MessagesOfAnAppend, 256 / 8, 256);
        Assert.Equal(loads.Select(load => load.MessagesOfAnAppend).Order(), loads.Select(load => load.MessagesOfAnAppend));
    }

    [Fact]
    public async Task Large_commits_cost_what_their_bytes_cost()
    {
        const int Batches = 64;
        const int BatchBytes = 1_000_000;
        var container = azurite.NewContainer();
        var blobs = await PublishBatchesAsync(await ProxiedStore.OpenStoreAsync(container), Batches, BatchBytes);
        var folder = Directory.CreateTempSubdirectory("oq-efficiency-");
        await using var files = await FileLogStore.OpenAsync(new FileStoreOptions { Path = folder.FullName, NewId = new StoreId(Guid.NewGuid()) });
        var onFiles = await PublishBatchesAsync(files, Batches, BatchBytes);
        var appends = await AppendsAsync(container);
        report.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Batches} MB in batches of 1 MB: {appends} appends, processor time a MB {blobs * 1e3 / Batches:F2} ms on blobs and {onFiles * 1e3 / Batches:F2} ms on files"));
        Assert.InRange(appends, Batches * BatchBytes / StoreLimits.MaxCommitBytes, Batches / 2);
        folder.Delete(recursive: true);
    }

    private static async Task<(double Seconds, double Processor)> PublishAsync(ILogStore store, int producers, int messages)
    {
        var batch = BatchMaker.OfSize(MessageBytes);
        var watch = Stopwatch.StartNew();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await OneScheduler.RunAsync(async () =>
        {
            var partition = await OpenAsync(store);
            await Task.WhenAll(Enumerable.Range(0, producers).Select(async _ =>
            {
                for (var i = 0; i < messages / producers; i++)
                {
                    Assert.IsType<ProduceResult.Appended>(await partition.AppendAsync(batch.ToArray()));
                }
            }));
            await partition.DisposeAsync();
        });
        return (watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
    }

    private static async Task<double> PublishBatchesAsync(ILogStore store, int batches, int bytes)
    {
        var batch = BatchMaker.OfSize(bytes).ToArray();
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await OneScheduler.RunAsync(async () =>
        {
            var partition = await OpenAsync(store);
            foreach (var some in Enumerable.Repeat(batch, batches).Chunk(16))
            {
                Assert.All(await Task.WhenAll(some.Select(one => partition.AppendAsync(one).AsTask())), result => Assert.IsType<ProduceResult.Appended>(result));
            }

            await partition.DisposeAsync();
        });
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    }

    private static async Task<PartitionLog> OpenAsync(ILogStore store) => await PartitionLog.OpenAsync(
        store, new PartitionLogOptions { Log = LogId.Parse("orders") }, TimeProvider.System, NoLogEvents.Instance, CancellationToken.None);

    /// <summary>Every append is a block of its own.</summary>
    private static async Task<int> AppendsAsync(BlobContainerClient container)
    {
        var appends = 0;
        await foreach (var item in container.GetBlobsAsync(prefix: BlobNames.AllLogs))
        {
            if (item.Properties.BlobType == BlobType.Append)
            {
                appends += (await container.GetAppendBlobClient(item.Name).GetPropertiesAsync()).Value.BlobCommittedBlockCount;
            }
        }

        return appends;
    }
}
