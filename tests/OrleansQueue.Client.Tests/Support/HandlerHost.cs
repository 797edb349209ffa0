using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>A host's services over the broker of a simulation, started and stopped as a host does it.</summary>
internal sealed class HandlerHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private bool _isStopped;

    private HandlerHost(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    private IEnumerable<IHostedLifecycleService> Hosted => _services.GetServices<IHostedService>().OfType<IHostedLifecycleService>();

    public static async Task<HandlerHost> StartAsync(Simulation run, Action<OrleansQueueBuilder> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IBroker>(run.Broker);
        services.AddSingleton<TimeProvider>(run.Clock);
        services.AddSingleton(run);
        services.AddOrleansQueueMessaging(queue => configure(queue.ConfigureClient(options => options with { Scheduler = run.Options.Scheduler })));
        var host = new HandlerHost(services.BuildServiceProvider(validateScopes: true));
        foreach (var hosted in host._services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        foreach (var hosted in host.Hosted)
        {
            await hosted.StartedAsync(CancellationToken.None);
        }

        return host;
    }

    public async Task StopAsync()
    {
        _isStopped = true;
        foreach (var hosted in Hosted)
        {
            await hosted.StoppingAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isStopped)
        {
            await StopAsync();
        }

        // What a container awaits when it is disposed asynchronously goes on in threads that the simulation does not order.
        _services.Dispose();
    }
}
