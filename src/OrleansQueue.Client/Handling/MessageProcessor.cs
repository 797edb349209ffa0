using Microsoft.Extensions.DependencyInjection;

namespace OrleansQueue.Client;

/// <summary>Has messages of a partition processed: attempt by attempt, and what becomes of those that fail in the end.</summary>
internal sealed class MessageProcessor(GroupHandlers handlers)
{
    private readonly Slots _slots = new(handlers.Options.MaxConcurrency);

    private StreamHandlerOptions Options => handlers.Options;

    /// <summary>Ends when all messages are settled.</summary>
    /// <param name="run">Their partition.</param>
    /// <param name="route">Their handler; null where nobody takes their type.</param>
    /// <param name="messages">The messages in order.</param>
    /// <exception cref="OperationCanceledException">The partition stopped or was lost; what is not settled comes again.</exception>
    public async Task ProcessAsync(PartitionRun run, HandlerRoute? route, IEnumerable<Delivery> messages)
    {
        var open = messages.Select(message => new MessageWork(message)).ToList();
        while (open.Count != 0)
        {
            if (route is null)
            {
                open.ForEach(static work => work.Fail(WhyNobody(work.Message), isFinal: true));
            }
            else
            {
                await TryAllAsync(run, route, open);
            }

            // In order, since to dead-letter a message and to stop at one commit what lies before.
            foreach (var work in open.Where(work => !work.IsSettled))
            {
                if (!await handlers.Failures.SettleAsync(run, work))
                {
                    break;
                }
            }

            open.RemoveAll(static work => work.IsSettled);
            open.ForEach(static work => work.Reset());
        }
    }

    private static Exception WhyNobody(Delivery message) => message.Problem ?? new UnknownMessageTypeException(message.Topic, HandlerRoutes.TypeOf(message));

    /// <summary>Tries messages until they are processed or their attempts used up.</summary>
    private async Task TryAllAsync(PartitionRun run, HandlerRoute route, List<MessageWork> all)
    {
        for (var attempt = 1; ; attempt++)
        {
            var open = all.Where(static work => work is { IsSettled: false, IsFinal: false }).ToList();
            if (open.Count == 0)
            {
                return;
            }

            await TryOnceAsync(run, route, open, attempt);
            open.RemoveAll(static work => work.IsSettled || work.IsFinal);
            if (attempt >= Options.Attempts)
            {
                open.ForEach(static work => work.GiveUp());
            }
            else if (open.Count != 0)
            {
                handlers.Retrying(open[0], attempt);
                ClientTelemetry.Retried.Add(open.Count, ClientTelemetry.Topic(run.Topic), ClientTelemetry.Group(handlers.Group));
                await Task.Delay(Options.WaitAfter(attempt), handlers.Client.Clock, run.Stopping);
                await GroupHandlers.WhenReadyAsync(run);
            }
        }
    }

    private async Task TryOnceAsync(PartitionRun run, HandlerRoute route, List<MessageWork> open, int attempt)
    {
        await _slots.EnterAsync(run.Stopping);
        try
        {
            var contexts = Read(route, open, attempt);
            if (contexts.Count != 0)
            {
                await HandleAsync(run, route, contexts);
            }
        }
        finally
        {
            _slots.Leave();
        }
    }

    private Dictionary<MessageContext, MessageWork> Read(HandlerRoute route, List<MessageWork> open, int attempt)
    {
        var contexts = new Dictionary<MessageContext, MessageWork>();
        foreach (var work in open)
        {
            try
            {
                contexts.Add(route.Read(work.Message, handlers.Group, attempt), work);
                work.Begin(attempt);
            }
            catch (MessageFormatException unreadable)
            {
                work.Fail(unreadable, isFinal: true);
            }
        }

        return contexts;
    }

    private async Task HandleAsync(PartitionRun run, HandlerRoute route, Dictionary<MessageContext, MessageWork> contexts)
    {
        IReadOnlyList<MessageContext> messages = [.. contexts.Keys];
        using var activity = HandlerActivity.Start(handlers.Group, messages);
        try
        {
            await using var scope = handlers.Scopes.CreateAsyncScope();
            await route.HandleAsync(scope.ServiceProvider, messages, run.Lost);
        }
        catch (Exception error) when (run.Lost.IsCancellationRequested)
        {
            // Whatever a handler throws that was cancelled, it says nothing of the message: that comes again.
            throw new OperationCanceledException("The partition was lost while its message was in hand.", error, run.Lost);
        }
        catch (Exception error)
        {
            activity?.Fail(error);
            Fail(contexts, error);
        }

        foreach (var work in contexts.Values.Where(static work => work.Error is null))
        {
            work.Settle();
            ClientTelemetry.Processed.Add(1, ClientTelemetry.Topic(run.Topic), ClientTelemetry.Group(handlers.Group));
        }
    }

    private static void Fail(Dictionary<MessageContext, MessageWork> contexts, Exception error)
    {
        var failures = (error as BatchFailedException)?.Failures;
        foreach (var (context, work) in contexts)
        {
            if (failures is null || !failures.Keys.Any(contexts.ContainsKey))
            {
                work.Fail(error, isFinal: false);
            }
            else if (failures.TryGetValue(context, out var own))
            {
                work.Fail(own, isFinal: false);
            }
        }
    }
}
