using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Hosting;

namespace OrleansQueue.Grains.Tests.Support;

/// <summary>
/// A cluster of silos in this process and a client of it, for one test. As in production each silo keeps a part of the directory
/// of grains; the test kit's own directory is used only where it is asked for.
/// </summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private const string Key = "OrleansQueueTest";

    // Orleans makes the configurators itself, so what they are to do is found by a key.
    private static readonly ConcurrentDictionary<string, Action<ISiloBuilder>> Configurations = new();

    private readonly string _key = Guid.NewGuid().ToString("N");

    private TestSilos(short silos, string serviceId, bool kitDirectory, Action<ISiloBuilder> configure)
    {
        Configurations[_key] = configure;
        var builder = new TestClusterBuilder(silos);
        builder.Properties[Key] = _key;
        builder.Options.ServiceId = serviceId;
        builder.Options.ConfigureFileLogging = false;
        if (!kitDirectory)
        {
            Assert.Equal(1, builder.Options.SiloBuilderConfiguratorTypes.RemoveAll(name => name.Contains("ConfigureDistributedGrainDirectory", StringComparison.Ordinal)));
        }

        builder.AddSiloBuilderConfigurator<Silos>();
        builder.AddClientBuilderConfigurator<Clients>();
        Cluster = builder.Build();
    }

    public TestCluster Cluster { get; }

    /// <summary>The broker as the client of the cluster has it.</summary>
    public IBroker Broker => Cluster.Client.ServiceProvider.GetRequiredService<IBroker>();

    /// <summary>The broker as code on the first silo has it.</summary>
    public IBroker BrokerOnSilo => Cluster.GetSiloServiceProvider(Cluster.Primary.SiloAddress).GetRequiredService<IBroker>();

    /// <summary>Starts silos of which <paramref name="configure"/> makes brokers.</summary>
    public static async Task<TestSilos> StartAsync(short silos, Action<ISiloBuilder> configure, string serviceId = "test", bool kitDirectory = false)
    {
        var started = new TestSilos(silos, serviceId, kitDirectory, configure);
        await started.Cluster.DeployAsync();
        return started;
    }

    /// <summary>Starts silos that share their logs and documents in memory.</summary>
    public static Task<TestSilos> StartAsync(short silos, SharedMemory memory, Action<ISiloBuilder>? configure = null, bool kitDirectory = false) => StartAsync(
        silos,
        silo =>
        {
            silo.Services.AddSingleton(memory);
            silo.AddOrleansQueue();
            configure?.Invoke(silo);
        },
        kitDirectory: kitDirectory);

    /// <summary>Calls again while no answer comes, as clients do.</summary>
    public async Task<T> AgainAsync<T>(Func<Task<T>> call)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (BrokerUnavailableException)
            {
                await Cluster.WaitForLivenessToStabilizeAsync(didKill: true);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        Configurations.TryRemove(_key, out _);
    }

    private sealed class Silos : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => Configurations[siloBuilder.Configuration[Key]!](siloBuilder);
    }

    private sealed class Clients : IClientBuilderConfigurator
    {
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.AddOrleansQueueClient();
    }
}
