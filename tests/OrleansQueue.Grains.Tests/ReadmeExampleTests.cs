using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Client;
using OrleansQueue.Processes;

namespace OrleansQueue.Grains.Tests;

/// <summary>The examples of the README, on ports and in a folder that nobody else uses.</summary>
public sealed class ReadmeExampleTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("orleansqueue-readme");

    [Fact]
    public async Task The_example_of_the_readme_runs_as_it_says()
    {
        var app = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _root.FullName });
        app.Logging.ClearProviders();
        app.Services.AddSingleton<Bills>();
        app.UseOrleans(silo => silo.UseLocalhostClustering(FreePort.Take(), FreePort.Take()).AddOrleansQueue(q => q
            .AddTopic<OrderPlaced>("orders", t => t.Key(o => o.CustomerId))
            .AddStreamHandler<OrderPlaced, BillOrder>("orders", group: "billing")));
        using var host = app.Build();
        await host.StartAsync();
        var orders = host.Services.GetRequiredService<ITopicProducer<OrderPlaced>>();

        var receipt = await orders.PublishAsync(new("C-1", 59_000m));

        Assert.Equal("orders 3@0 fsync", receipt.ToString());
        var billed = await host.Services.GetRequiredService<Bills>().First.Task.WaitAsync(Patience);
        Assert.Equal(("C-1", 59_000m, "3-0"), (billed.Message.CustomerId, billed.Message.Total, billed.MessageId));
        Assert.True(Directory.Exists(Path.Combine(_root.FullName, "data", "logs")));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_group_and_a_reader_read_with_await_foreach()
    {
        var app = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _root.FullName });
        app.Logging.ClearProviders();
        app.UseOrleans(silo => silo.UseLocalhostClustering(FreePort.Take(), FreePort.Take()).AddOrleansQueue(q => q.AddTopic<OrderPlaced>("orders")));
        using var host = app.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<BrokerClient>();
        await host.Services.GetRequiredService<ITopicProducer<OrderPlaced>>().PublishAsync(new("C-1", 1m));

        await using var consumer = await client.OpenConsumerAsync<OrderPlaced>("audit", ["orders"]);
        await foreach (var order in consumer.ReadAsync())
        {
            Assert.Equal("C-1", order.Value.CustomerId);
            break;
        }

        await using var reader = await client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        await foreach (var record in reader.ReadAsync())
        {
            Assert.Equal("{\"customerId\":\"C-1\",\"total\":1}", System.Text.Encoding.UTF8.GetString(record.Value!.Value.Span));
            break;
        }

        await consumer.DisposeAsync();
        await host.StopAsync();
    }

    public void Dispose() => _root.Delete(recursive: true);

    private sealed record OrderPlaced(string CustomerId, decimal Total);

    private sealed class Bills
    {
        public TaskCompletionSource<MessageContext<OrderPlaced>> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class BillOrder(Bills bills) : IMessageHandler<OrderPlaced>
    {
        public Task HandleAsync(MessageContext<OrderPlaced> message, CancellationToken cancellationToken)
        {
            bills.First.TrySetResult(message);
            return Task.CompletedTask;
        }
    }
}
