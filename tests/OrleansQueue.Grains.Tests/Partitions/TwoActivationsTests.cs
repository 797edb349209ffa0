using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrleansQueue.Azurite;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Placement;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Partitions;

/// <summary>Two silos have an activation of one partition each, on Azure blobs: only the later one writes, and the one before never does again.</summary>
public sealed class TwoActivationsTests : IAsyncLifetime
{
    private AzuriteServer _azurite = null!;
    private TestSilos _silos = null!;

    public async Task InitializeAsync()
    {
        _azurite = await AzuriteServer.StartAsync();
        _silos = await TestSilos.StartAsync(2, Configure);
    }

    public async Task DisposeAsync()
    {
        await _silos.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    [Fact]
    public async Task The_storage_refuses_the_appends_of_the_one_that_another_has_replaced()
    {
        var topic = await BrokerOn(0).CreateAsync("orders", new TopicSettings { Partitions = 1 });
        Assert.Equal(0, await BrokerOn(0).AppendAsync(topic, 0, "of the first"));
        var first = await BrokerOn(0).DescribeAsync(topic, 0);
        Assert.Equal(1, await BrokerOn(1).AppendAsync(topic, 0, "of the second"));
        var second = await BrokerOn(1).DescribeAsync(topic, 0);

        Assert.All([0, 1], silo => Assert.Single(CacheOn(silo).Here, placed => placed.Partition.Topic == topic.Id));
        Assert.NotEqual(first.Owner, second.Owner);
        Assert.True(second.Epoch > first.Epoch);
        Assert.IsType<ProduceResult.Fenced>(await BrokerOn(0).SendAsync(topic, 0, "of the first, late"));
        Assert.Equal(2, await BrokerOn(1).AppendAsync(topic, 0, "of the second, again"));
        Assert.Equal(["of the first", "of the second", "of the second, again"], await BrokerOn(1).ReadAllAsync(topic, 0));
    }

    [Fact]
    public async Task Two_that_take_the_partition_from_each_other_keep_every_acknowledged_message_once_under_epochs_that_rise()
    {
        const int Each = 40;
        var topic = await BrokerOn(0).CreateAsync("orders", new TopicSettings { Partitions = 1 });

        var acknowledged = await Task.WhenAll(Enumerable.Range(0, 2).Select(silo => PublishAsync(BrokerOn(silo), topic, $"{silo}", Each)));

        // One that was replaced and does not know shows what there was then; whose append is taken shows all.
        await PublishAsync(BrokerOn(0), topic, "last", 1);
        var stored = await BrokerOn(0).ReadAllAsync(topic, 0);
        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.Superset(acknowledged.SelectMany(values => values).ToHashSet(), stored.ToHashSet());
        var epochs = await EpochsAsync(BrokerOn(0), topic);
        Assert.Equal(epochs.Order(), epochs);
        Assert.True(epochs.Distinct().Count() > 2, "They took the partition from each other.");
    }

    private static async Task<List<string>> PublishAsync(IBroker broker, TopicDescription topic, string publisher, int count)
    {
        var acknowledged = new List<string>();
        for (var number = 0; acknowledged.Count < count; number++)
        {
            try
            {
                if (await broker.SendAsync(topic, 0, $"{publisher}/{number}") is ProduceResult.Appended)
                {
                    acknowledged.Add($"{publisher}/{number}");
                }
            }
            catch (BrokerUnavailableException)
            {
                // What became of it is not known, and no later one is the same.
            }
        }

        return acknowledged;
    }

    private static async Task<List<int>> EpochsAsync(IBroker broker, TopicDescription topic)
    {
        var epochs = new List<int>();
        for (var next = 0L; await broker.FetchAsync(topic, 0, next) is FetchResult.Fetched { Parts.Count: not 0 } read; next = read.Next.Offset.Value)
        {
            var bytes = read.Parts.SelectMany(part => part.ToArray()).ToArray();
            for (var at = 0; at < bytes.Length; at += (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes)
            {
                epochs.Add(RecordBatchHeader.Read(bytes.AsSpan(at)).Epoch.Value);
            }
        }

        return epochs;
    }

    private void Configure(ISiloBuilder silo)
    {
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.SharedStorage = new AzureBlobLogs(_azurite.ConnectionString)));
        silo.AddAzureBlobGrainStorage(TopicDocuments.StorageName, (AzureBlobStorageOptions options) =>
        {
            options.BlobServiceClient = new BlobServiceClient(_azurite.ConnectionString);
            options.GrainStorageSerializer = TopicDocuments.Serializer;
        });
        OwnSilosOnly.Use(silo);
    }

    private IServiceProvider ServicesOn(int silo) => _silos.Cluster.GetSiloServiceProvider(_silos.Cluster.Silos[silo].SiloAddress);

    private IBroker BrokerOn(int silo) => ServicesOn(silo).GetRequiredService<IBroker>();

    private PlacementCache CacheOn(int silo) => ServicesOn(silo).GetRequiredService<PlacementCache>();
}
