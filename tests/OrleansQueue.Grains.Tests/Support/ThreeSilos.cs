using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Tests.Support;

/// <summary>A cluster of three silos in this process, which share their logs in memory, and a client of it.</summary>
public sealed class ThreeSilos : IAsyncLifetime
{
    private static readonly SharedMemory Shared = new();

    private readonly TestCluster _cluster;

    public ThreeSilos()
    {
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<Silos>();
        builder.AddClientBuilderConfigurator<Clients>();
        _cluster = builder.Build();
    }

    public TestCluster Cluster => _cluster;

    public IBroker Broker => _cluster.Client.ServiceProvider.GetRequiredService<IBroker>();

    public Task InitializeAsync() => _cluster.DeployAsync();

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    private sealed class Silos : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddSingleton(Shared);
            siloBuilder.AddOrleansQueue();
        }
    }

    private sealed class Clients : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.AddOrleansQueueClient();
    }
}
