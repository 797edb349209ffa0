using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Processes;

/// <summary>A client of a silo, in the process of the test.</summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    private readonly IHost _host;

    private BrokerConnection(IHost host, ClientOptions? options)
    {
        _host = host;
        Broker = host.Services.GetRequiredService<IBroker>();
        Client = new BrokerClient(Broker, options);
    }

    public IBroker Broker { get; }

    public BrokerClient Client { get; }

    public static Task<BrokerConnection> OpenAsync(SiloProgram silo, ClientOptions? options = null) => OpenAsync([silo], options);

    /// <summary>A client of a cluster, which finds its other silos by those.</summary>
    public static async Task<BrokerConnection> OpenAsync(IReadOnlyList<SiloProgram> silos, ClientOptions? options = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering([.. silos.Select(silo => silo.Gateway)]);
            client.Configure<Orleans.Configuration.ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("orleansqueue", "orleansqueue"));
            client.AddOrleansQueueClient();
        });
        var host = builder.Build();
        await host.StartAsync().WaitAsync(Patience.Long);
        return new BrokerConnection(host, options);
    }

    /// <summary>Where the partitions of a topic end.</summary>
    public async Task<IReadOnlyList<long>> EndsAsync(TopicId topic, int partitions)
    {
        var ends = new List<long>();
        for (var partition = 0; partition < partitions; partition++)
        {
            ends.Add((await Broker.DescribePartitionAsync(topic, new Partition(partition), CancellationToken.None))!.HighWatermark.Value);
        }

        return ends;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
