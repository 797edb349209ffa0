using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace OrleansQueue.Streams.Benchmarks;

/// <summary>One silo in this process, with streams of ours and of Orleans' own in memory.</summary>
internal sealed class BenchSilo : IAsyncDisposable
{
    public const string Ours = "oq";
    public const string InMemory = "memory";

    private readonly IHost _host;
    private readonly string? _folder;

    private BenchSilo(IHost host, string? folder) => (_host, _folder) = (host, folder);

    public IServiceProvider Services => _host.Services;

    public static async Task<BenchSilo> StartAsync(int partitions, bool onFiles)
    {
        var folder = onFiles ? Directory.CreateTempSubdirectory("oq-streams-bench-").FullName : null;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering();
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddOrleansQueue(queue => queue
                .ConfigureSilo(options =>
                {
                    options.Storage = folder is null ? StorageKind.Memory : StorageKind.Files;
                    options.FilesPath = folder ?? options.FilesPath;
                })
                .AddTopic<byte[]>(SubscriberGrain.Namespace, topic => topic.Partitions(partitions)));
            silo.AddOrleansQueueStreams(Ours, static streams => streams.AddTopic(SubscriberGrain.Namespace));
            silo.AddMemoryStreams(InMemory, streams => streams.ConfigurePartitioning(partitions));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new BenchSilo(host, folder);
    }

    public IAsyncStream<byte[]> StreamOf(string provider, int number) =>
        Services.GetRequiredKeyedService<IStreamProvider>(provider).GetStream<byte[]>(StreamId.Create(SubscriberGrain.Namespace, $"{provider}-{number}"));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
