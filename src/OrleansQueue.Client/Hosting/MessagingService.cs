using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// Starts what was registered when everything else of the host has started, the silo or its client among it, and stops it
/// before anything else stops. So handlers never miss the broker, and topics are there when the host's start returns.
/// </summary>
internal sealed class MessagingService(BrokerClient client, MessagingRegistry registry, HostedProducers producers, IServiceScopeFactory scopes) : IHostedLifecycleService
{
    private readonly List<IAsyncDisposable> _handlers = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var context = client.Context;
        try
        {
            await context.Background.RunAsync(() => StartAllAsync(context, cancellationToken));
        }
        catch
        {
            // Who has joined a group must leave it, or its partitions would wait for a host that did not start.
            await StopAllAsync();
            throw;
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Handlers publish, so producers are flushed behind them. The times to drain of both begin here: one after the other they
        // would take longer than a host gives its stop.
        var began = client.Context.Clock.GetTimestamp();
        await StopAllAsync().WaitAsync(cancellationToken);
        await producers.FlushAsync(began).WaitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StartAllAsync(ClientContext context, CancellationToken cancellationToken)
    {
        var logger = context.Options.Logging.CreateLogger(HostingLog.Category);
        var groups = registry.Groups.Select(group => (Registration: group, Routes: group.ToRoutes(registry))).ToList();
        foreach (var topic in registry.Topics)
        {
            await TopicSetup.EnsureAsync(context, topic, logger, cancellationToken);
        }

        producers.AreTopicsThere = true;
        foreach (var (group, routes) in groups)
        {
            _handlers.Add(group.Kind == GroupKind.Queue
                ? await QueueHandlers.OpenAsync(context, group.Name, routes, group.Queue, scopes, cancellationToken)
                : await GroupHandlers.OpenAsync(context, group.Name, routes, group.Stream, scopes, cancellationToken));
        }
    }

    private async Task StopAllAsync()
    {
        await Task.WhenAll(_handlers.Select(static handlers => handlers.DisposeAsync().AsTask()));
        _handlers.Clear();
    }
}
