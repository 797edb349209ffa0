using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>The handlers of a queue group on this host: a member of the group whose messages so many at a time are processed.</summary>
internal sealed class QueueHandlers : IAsyncDisposable
{
    private readonly HandlerRoutes _routes;
    private readonly QueueMessageProcessor _processor;
    private QueueMember? _member;
    private Task _working = Task.CompletedTask;

    private QueueHandlers(ClientContext client, string group, HandlerRoutes routes, QueueHandlerOptions options, IServiceScopeFactory scopes)
    {
        Client = client;
        Group = group;
        _routes = routes;
        Options = options;
        Scopes = scopes;
        Logger = client.Options.Logging.CreateLogger("OrleansQueue.Handlers");
        _processor = new QueueMessageProcessor(this);
    }

    public ClientContext Client { get; }

    public string Group { get; }

    public QueueHandlerOptions Options { get; }

    public IServiceScopeFactory Scopes { get; }

    public ILogger Logger { get; }

    /// <summary>Joins the group and begins to handle.</summary>
    /// <inheritdoc cref="GroupConsumer.OpenAsync"/>
    public static async Task<QueueHandlers> OpenAsync(
        ClientContext client, string group, HandlerRoutes routes, QueueHandlerOptions options, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        var handlers = new QueueHandlers(client, group, routes, options, scopes);

        // Why a member ended is in its log; a host goes on with what else it does.
        var plan = new QueueMemberPlan(group, routes.Topics, options.Consumer, IsPatient: true, static _ => { });
        var member = await QueueMember.OpenAsync(client, plan, cancellationToken);
        handlers._member = member;
        handlers._working = Task.WhenAll(Enumerable.Range(0, options.Concurrency).Select(_ => client.Background.Start(() => handlers.WorkAsync(member))));
        return handlers;
    }

    /// <summary>Takes no more messages, waits for those in hand as long as the options say, settles them and leaves the group.</summary>
    public ValueTask DisposeAsync() => new(_member?.StopAsync(_working, Options.Consumer.DrainTimeout) ?? Task.CompletedTask);

    private async Task WorkAsync(QueueMember member)
    {
        while (await member.TakeToHandOutAsync(CancellationToken.None) is { } first)
        {
            var route = RouteOf(first.Delivery);
            await _processor.ProcessAsync(route, route is { MaxMessages: > 1 } ? await GatherAsync(member, route, first) : [first]);
        }
    }

    private HandlerRoute? RouteOf(Delivery message) => message.Problem is null ? _routes.Find(message) : null;

    private async Task<List<QueueMessage>> GatherAsync(QueueMember member, HandlerRoute route, QueueMessage first)
    {
        var batch = new List<QueueMessage> { first };
        using var ending = new CancellationTokenSource(route.MaxWait, Client.Clock);
        try
        {
            while (batch.Count < route.MaxMessages && await member.TakeAsync(next => RouteOf(next) == route, ending.Token) is { } next)
            {
                batch.Add(next);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // What is not there by now is for the next batch.
        }

        if (Options.Delivery == DeliveryMode.AtLeastOnce)
        {
            return batch;
        }

        var completed = await Task.WhenAll(batch.Skip(1).Select(member.TryCompleteAsync));
        return [first, .. batch.Skip(1).Where((_, index) => completed[index])];
    }
}
