using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Processes;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Sockets;

/// <summary>A silo and a client that speak through real sockets; those of the test kit do not.</summary>
public sealed class SiloOnSockets : IAsyncLifetime
{
    internal const string Cluster = "hostile";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly IHost _silo;
    private readonly IHost _client;
    private TopicDescription? _topic;
    private long _end;

    public SiloOnSockets()
    {
        Silo = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        Gateway = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        var silo = Host.CreateApplicationBuilder();
        silo.Logging.ClearProviders();
        silo.UseOrleans(builder => builder
            .UseLocalhostClustering(Silo.Port, Gateway.Port, null, Cluster, Cluster)
            .AddOrleansQueue(queue => queue.ConfigureSilo(options => options.Storage = StorageKind.Memory)));
        _silo = silo.Build();
        var client = Host.CreateApplicationBuilder();
        client.Logging.ClearProviders();
        client.UseOrleansClient(builder => builder.UseLocalhostClustering(Gateway.Port, Cluster, Cluster).AddOrleansQueueClient());
        _client = client.Build();
    }

    internal IPEndPoint Gateway { get; }

    internal IPEndPoint Silo { get; }

    /// <summary>What the silo is made of.</summary>
    internal IServiceProvider Services => _silo.Services;

    private IBroker Broker => _client.Services.GetRequiredService<IBroker>();

    public async Task InitializeAsync()
    {
        await _silo.StartAsync();
        await _client.StartAsync();
        _topic = await Broker.CreateAsync("orders", new TopicSettings { Partitions = 1 });
    }

    public async Task DisposeAsync()
    {
        await _client.StopAsync();
        await _silo.StopAsync();
        _client.Dispose();
        _silo.Dispose();
    }

    /// <summary>A fetch that waits while <paramref name="attack"/> runs is answered, and so is what comes after it.</summary>
    internal async Task AssertNobodyNoticesAsync(Func<Task> attack)
    {
        var waiting = Broker.FetchAsync(_topic!, 0, _end, maxWait: FetchRequest.LongestWait);
        await attack();
        Assert.Equal(_end, await Broker.AppendAsync(_topic!, 0, "still here").WaitAsync(Patience));
        Assert.IsType<FetchResult.Fetched>(await waiting.WaitAsync(Patience));
        var read = Assert.IsType<FetchResult.Fetched>(await Broker.FetchAsync(_topic!, 0, _end).WaitAsync(Patience));
        Assert.Equal(++_end, read.Next.Offset.Value);
    }
}
