using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Has messages of a queue group processed once, and says what becomes of them. When they are tried again is the group's business.</summary>
internal sealed class QueueMessageProcessor(QueueHandlers handlers)
{
    private const string Unreadable = "unreadable";
    private const string UnknownType = "unknown type";

    private readonly QueueFailures _failures = new(handlers);

    /// <summary>Ends when the messages are settled, or are lost.</summary>
    /// <param name="route">Their handler; null where nobody takes their type.</param>
    /// <param name="messages">The messages.</param>
    public async Task ProcessAsync(HandlerRoute? route, IReadOnlyList<QueueMessage> messages)
    {
        var contexts = new Dictionary<MessageContext, QueueMessage>();
        foreach (var message in messages)
        {
            if (TryRead(route, message) is { } context)
            {
                contexts.Add(context, message);
            }
        }

        if (contexts.Count != 0)
        {
            await HandleAsync(route!, contexts);
        }
    }

    /// <summary>The message as its handler gets it; null where there is none for it, and it is settled.</summary>
    private MessageContext? TryRead(HandlerRoute? route, in QueueMessage message)
    {
        var delivery = message.Delivery;
        try
        {
            if (route is not null)
            {
                var context = route.Read(delivery, handlers.Group, message.DeliveryCount);
                context.Held = message;
                return context;
            }

            if (delivery.Problem is { } problem)
            {
                SettleUnreadable(message, problem);
            }
            else
            {
                _failures.DeadLetter(message, UnknownType, new UnknownMessageTypeException(delivery.Topic, HandlerRoutes.TypeOf(delivery)));
            }
        }
        catch (MessageFormatException unreadable)
        {
            _failures.DeadLetter(message, Unreadable, unreadable);
        }

        return null;
    }

    private void SettleUnreadable(in QueueMessage message, Exception problem)
    {
        if (message.Delivery.IsDamaged)
        {
            // To read it again may help.
            _failures.Abandon(message, null, problem);
        }
        else
        {
            _failures.DeadLetter(message, Unreadable, problem);
        }
    }

    private async Task HandleAsync(HandlerRoute route, Dictionary<MessageContext, QueueMessage> contexts)
    {
        IReadOnlyList<MessageContext> all = [.. contexts.Keys];
        Dictionary<MessageContext, Exception> failures = [];
        var isCancelled = false;
        using var activity = HandlerActivity.Start(handlers.Group, all);
        using var lost = all.Count == 1 ? null : CancellationTokenSource.CreateLinkedTokenSource([.. contexts.Values.Select(static each => each.Member.TokenOf(each))]);
        try
        {
            await using var scope = handlers.Scopes.CreateAsyncScope();
            await route.HandleAsync(scope.ServiceProvider, all, lost?.Token ?? TokenOf(contexts[all[0]]));
        }
        catch (Exception error)
        {
            activity?.Fail(error);
            failures = FailuresOf(contexts, QueueFailures.CauseOf(error));
            isCancelled = lost is { IsCancellationRequested: true };
        }

        foreach (var (context, message) in contexts)
        {
            Settle(context, message, failures.GetValueOrDefault(context), isCancelled);
        }
    }

    private static CancellationToken TokenOf(in QueueMessage message) => message.Member.TokenOf(message);

    private static Dictionary<MessageContext, Exception> FailuresOf(Dictionary<MessageContext, QueueMessage> contexts, Exception error)
    {
        var named = (error as BatchFailedException)?.Failures
            .Where(each => contexts.ContainsKey(each.Key))
            .ToDictionary(static each => each.Key, static each => QueueFailures.CauseOf(each.Value));
        return named is { Count: > 0 } ? named : contexts.Keys.ToDictionary(static context => context, _ => error);
    }

    private void Settle(MessageContext context, in QueueMessage message, Exception? error, bool isCancelled)
    {
        if (error is null)
        {
            if (message.Member.Settle(message, new() { Kind = SettlementKind.Complete }))
            {
                ClientTelemetry.Processed.Add(1, ClientTelemetry.Topic(message.Delivery.Topic), ClientTelemetry.Group(handlers.Group));
            }

            return;
        }

        // Whatever a handler throws that was cancelled, it says nothing of the message: what becomes of that is said already.
        if (message.State != HeldState.Lost)
        {
            _failures.Failed(context, message, error, isCancelled);
        }
    }
}
