using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.ClientDemo.Scenarios;

namespace OrleansQueue.ClientDemo.Hosting;

/// <summary>A silo inside this process: a broker on files, and a home for the application's own grains.</summary>
internal sealed class DemoSilo : IAsyncDisposable
{
    public const string ClusterId = "client-demo";

    private readonly IHost _host;

    private DemoSilo(IHost host, IPEndPoint gateway)
    {
        _host = host;
        Gateway = gateway;
    }

    public IPEndPoint Gateway { get; }

    /// <summary>Where the log of the sign-ups is put for the grain that writes it.</summary>
    public LogShelf Logs => _host.Services.GetRequiredService<LogShelf>();

    public HomeGrains Grains => new(_host.Services.GetRequiredService<IGrainFactory>());

    public static async Task<DemoSilo> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var (siloPort, gatewayPort) = FreePorts.Take();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(siloPort, gatewayPort, null, ClusterId, ClusterId)
            .AddOrleansQueue(queue => queue
                .ConfigureSilo(options => options.FilesPath = Path.Combine(folder, "data"))
                .AddTopic<MailSent>(LogGrain.Topic, SignUpScenario.AsStream))
            .AddOrleansQueueStreams("streams", streams => streams.AddTopic(LogGrain.Topic))
            .AddOrleansQueueGrainStorage("PubSubStore")
            .AddOrleansQueueGrainStorage("Default"));
        builder.Services.AddSingleton<LogShelf>();
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new DemoSilo(host, new IPEndPoint(IPAddress.Loopback, gatewayPort));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
