using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>The handlers of a group on this host: a member of the group whose partitions they serve, each in order and side by side.</summary>
internal sealed class GroupHandlers : IAsyncDisposable
{
    private readonly HandlerRoutes _routes;
    private readonly MessageProcessor _processor;
    private GroupConsumer? _consumer;

    private GroupHandlers(ClientContext client, string group, HandlerRoutes routes, StreamHandlerOptions options, IServiceScopeFactory scopes)
    {
        Client = client;
        Group = group;
        _routes = routes;
        Options = options;
        Scopes = scopes;
        Logger = client.Options.Logging.CreateLogger("OrleansQueue.Handlers");
        Failures = new MessageFailures(this);
        _processor = new MessageProcessor(this);
    }

    public ClientContext Client { get; }

    public string Group { get; }

    public StreamHandlerOptions Options { get; }

    public IServiceScopeFactory Scopes { get; }

    public ILogger Logger { get; }

    public MessageFailures Failures { get; }

    /// <summary>Joins the group and begins to handle.</summary>
    /// <inheritdoc cref="GroupConsumer.OpenAsync"/>
    public static async Task<GroupHandlers> OpenAsync(
        ClientContext client, string group, HandlerRoutes routes, StreamHandlerOptions options, IServiceScopeFactory scopes, CancellationToken cancellationToken)
    {
        var handlers = new GroupHandlers(client, group, routes, options, scopes);

        // Why a member ended is in its log; a host goes on with what else it does.
        var plan = new MemberPlan(group, routes.Topics, options.Consumer, IsPatient: true, handlers.ServeAsync, static _ => { });
        handlers._consumer = await GroupConsumer.OpenAsync(client, plan, cancellationToken);
        return handlers;
    }

    /// <summary>Takes no more messages, waits for those in hand as long as the options say, commits and leaves the group.</summary>
    public ValueTask DisposeAsync() => new(_consumer?.StopAsync(Options.Consumer.DrainTimeout) ?? Task.CompletedTask);

    /// <summary>Waits until messages of a partition may be handed out.</summary>
    /// <exception cref="OperationCanceledException">That will never be.</exception>
    public static async Task WhenReadyAsync(PartitionRun run)
    {
        if (!await run.WhenReadyAsync())
        {
            throw new OperationCanceledException(run.Stopping);
        }
    }

    /// <summary>Waits until a partition stops, which is about to happen.</summary>
    /// <exception cref="OperationCanceledException">Always.</exception>
    public static Task WhenStoppedAsync(PartitionRun run) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, run.Stopping);

    /// <summary>A message failed and is tried again.</summary>
    public void Retrying(MessageWork work, int attempt) => Logger.Retrying(
        work.Error!, Group, work.Message.MessageId, work.Message.Offset, work.Message.Partition, work.Message.Topic, attempt, Options.Attempts, Options.WaitAfter(attempt));

    private async Task ServeAsync(PartitionRun run)
    {
        try
        {
            var feed = new MessageFeed(run, _routes, Options.Consumer, Client.Clock);
            while (await feed.PeekAsync() is { } next)
            {
                await WhenReadyAsync(run);
                var route = next.Problem is null ? _routes.Find(next) : null;
                var messages = await feed.TakeAsync(route);
                await WhenReadyAsync(run);
                await _processor.ProcessAsync(run, route, messages);
            }
        }
        catch (OperationCanceledException) when (run.Stopping.IsCancellationRequested)
        {
            // What is not settled comes again, here or to another member.
        }
    }
}
