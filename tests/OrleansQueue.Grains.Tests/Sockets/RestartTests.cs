using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Metadata;
using OrleansQueue.Client;
using OrleansQueue.Processes;

namespace OrleansQueue.Grains.Tests.Sockets;

/// <summary>The only silo of a cluster stops and another takes its place, while clients stay.</summary>
public sealed class RestartTests
{
    private const string Cluster = "restarted";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly int _siloPort = FreePort.Take();
    private readonly int _gatewayPort = FreePort.Take();

    [Fact]
    public async Task Client_that_asked_a_stopping_silo_for_its_grains_calls_the_next_silo()
    {
        using var client = Client();
        var stop = new SlowStop();
        using (var first = await SiloAsync(stop))
        {
            await client.StartAsync();
            await PublishAsync(client);
            var stopping = first.StopAsync();
            await SeesNoGrainsAsync(client).WaitAsync(Patience);
            stop.End();
            await stopping;
        }

        using var second = await SiloAsync();
        await PublishAsync(client).WaitAsync(Patience);
        await client.StopAsync();
        await second.StopAsync();
    }

    private static async Task PublishAsync(IHost client)
    {
        await using var producer = await client.Services.GetRequiredService<BrokerClient>().OpenProducerAsync("orders");
        await producer.PublishAsync(default, "one"u8.ToArray());
    }

    /// <summary>Waits until Orleans itself is told that no silo has a grain.</summary>
    private static async Task SeesNoGrainsAsync(IHost client)
    {
        await foreach (var manifest in client.Services.GetRequiredService<IClusterManifestProvider>().Updates)
        {
            if (manifest.Version != MajorMinorVersion.MinValue && manifest.AllGrainManifests.All(silo => silo.Grains.IsEmpty))
            {
                return;
            }
        }
    }

    private IHost Client()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleansClient(client => client
            .UseLocalhostClustering(_gatewayPort, Cluster, Cluster)
            .Configure<TypeManagementOptions>(options => options.TypeMapRefreshInterval = TimeSpan.FromMilliseconds(10))
            .AddOrleansQueueClient(queue => queue.ConfigureClient(options => options with { AutoCreateTopics = true })));
        return builder.Build();
    }

    private async Task<IHost> SiloAsync(SlowStop? stop = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(_siloPort, _gatewayPort, null, Cluster, Cluster)
            .AddOrleansQueue(queue => queue.ConfigureSilo(options => options.Storage = StorageKind.Memory)));
        if (stop is not null)
        {
            builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(stop);
        }

        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Holds a silo that stops where it is no longer active, and clients are still connected.</summary>
    private sealed class SlowStop : ILifecycleParticipant<ISiloLifecycle>
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.SetResult();

        public void Participate(ISiloLifecycle lifecycle) =>
            lifecycle.Subscribe(nameof(SlowStop), ServiceLifecycleStage.ApplicationServices, _ => Task.CompletedTask, _ => _end.Task);
    }
}
