using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests;

/// <summary>The example of the README, on ports and in a folder that nobody else uses.</summary>
public sealed class ReadmeExampleTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("orleansqueue-readme");

    [Fact]
    public async Task The_example_of_the_readme_runs_as_it_says()
    {
        var app = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _root.FullName });
        app.Logging.ClearProviders();
        app.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()).AddOrleansQueue());
        using var host = app.Build();
        await host.StartAsync();

        await host.Services.GetRequiredService<IBroker>().CreateTopicAsync("orders", new TopicSettings(), default);
        var client = host.Services.GetRequiredService<BrokerClient>();
        await using var orders = await client.OpenProducerAsync("orders");
        var receipt = await orders.PublishAsync("C-1"u8, "59.00"u8);
        await using var reader = await client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        await using var deliveries = reader.ReadAsync().GetAsyncEnumerator();
        Assert.True(await deliveries.MoveNextAsync());

        Assert.Equal("orders 3@0 fsync", receipt.ToString());
        Assert.Equal("3-0", deliveries.Current.MessageId);
        Assert.True(Directory.Exists(Path.Combine(_root.FullName, "data", "logs")));
        await host.StopAsync();
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
