using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Gateways;

/// <summary>A gateway takes what it is sent and says nothing any more, while its connections stay open.</summary>
public sealed class SilentGatewayTests : IAsyncLifetime
{
    private const int Partitions = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SilosBehindProxies _silos = new();
    private TopicDescription? _topic;

    private Proxy Silent => _silos.Proxies[1];

    public async Task InitializeAsync()
    {
        await _silos.StartSiloAsync();

        // While there is no other silo every partition comes to this one, where it stays.
        var client = await _silos.StartClientAsync(client => client.UseStaticClustering(_silos.Proxies[0].EndPoint).AddOrleansQueueClient());
        var broker = client.Services.GetRequiredService<IBroker>();
        _topic = await broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => broker.AppendAsync(_topic, partition, "one")));
        await _silos.StartSiloAsync();
    }

    public Task DisposeAsync() => _silos.StopAsync();

    [Fact]
    public async Task Every_partition_of_another_silo_answers_again()
    {
        await AssertCallsSurviveAsync(await _silos.StartClientAsync(client => client
            .UseStaticClustering(_silos.Proxies[0].EndPoint, Silent.EndPoint)
            .AddOrleansQueueClient()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_that_was_told_of_no_other_gateway_has_found_one(bool clusteringFirst)
    {
        var client = await _silos.StartClientAsync(client => _ = clusteringFirst
            ? client.UseStaticClustering(Silent.EndPoint).AddOrleansQueueClient()
            : client.AddOrleansQueueClient().UseStaticClustering(Silent.EndPoint));
        await FindsBothAsync(client).WaitAsync(Patience);
        await AssertCallsSurviveAsync(client);
    }

    private static async Task FindsBothAsync(IHost client)
    {
        while ((await client.Services.GetRequiredService<ClusterGateways>().GetGateways()).Count < 2)
        {
            await Task.Yield();
        }
    }

    private async Task AssertCallsSurviveAsync(IHost client)
    {
        var broker = client.Services.GetRequiredService<IBroker>();
        await DescribeAllAsync(broker);
        Silent.Freeze();
        await DescribeAllAsync(broker);
    }

    private Task DescribeAllAsync(IBroker broker) => Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => DescribeAsync(broker, _topic!, partition))).WaitAsync(Patience);

    /// <summary>Asks as clients of a broker do: again where no answer came.</summary>
    private static async Task DescribeAsync(IBroker broker, TopicDescription topic, int partition)
    {
        while (true)
        {
            try
            {
                Assert.Equal(1, (await broker.DescribeAsync(topic, partition)).HighWatermark.Value);
                return;
            }
            catch (BrokerUnavailableException)
            {
                await Task.Yield();
            }
        }
    }
}
