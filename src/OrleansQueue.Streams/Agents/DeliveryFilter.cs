using OrleansQueue.Client;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Tokens;

namespace OrleansQueue.Streams.Agents;

/// <summary>
/// Sees what pulling agents of this silo ask and give consumers. An agent asks its cache for a cursor by stream and token only; so here the token
/// learns whose it is. And what a consumer throws is dealt with here, so that the agent goes on as after a success.
/// </summary>
internal sealed class DeliveryFilter(AgentIndex agents, DeliveryFailures failures) : IOutgoingGrainCallFilter
{
    private const int SubscriptionArgument = 0;
    private const int BatchArgument = 2;
    private const int HandshakeArgument = 3;
    private const string Deliver = "DeliverBatch";
    private const string Ask = "GetSequenceToken";

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.Request.GetInterfaceType() != OrleansInternals.Consumer)
        {
            return context.Invoke();
        }

        return context.MethodName switch
        {
            Deliver when context.Request.GetArgument(BatchArgument) is StreamBatch { Subscription: not null } batch => DeliverAsync(context, batch),
            Ask when agents.Find(context.SourceId) is { } feed => AskAsync(context, feed),
            _ => context.Invoke(),
        };
    }

    private static async Task AskAsync(IOutgoingGrainCallContext context, PartitionFeed feed)
    {
        // The request is emptied by the call.
        var subscription = (GuidId)context.Request.GetArgument(SubscriptionArgument)!;
        var arrival = feed.End;
        object? answer = null;
        try
        {
            await context.Invoke();
            answer = context.Result;
        }
        catch (Exception error) when (error is not ClientNotAvailableException)
        {
            // Without an answer delivery begins where the journal says, and what it meets there is dealt with as any failure is.
            DeliveryFailures.NotAsked(feed, error);
        }

        var bound = new BoundToken(subscription, context.Grain, OrleansInternals.TokenOf(answer), arrival, skipsFirst: false);
        context.Result = answer is null ? OrleansInternals.Start(bound) : OrleansInternals.Like(answer, bound);
    }

    private async Task DeliverAsync(IOutgoingGrainCallContext context, StreamBatch batch)
    {
        var subscription = (GuidId)context.Request.GetArgument(SubscriptionArgument)!;
        Unbind(context);
        using var activity = DeliveryActivity.Start(batch);
        try
        {
            await context.Invoke();
        }
        catch (Exception error) when (error is not ClientNotAvailableException)
        {
            activity?.Fail(error);
            if (!await failures.DealWithAsync(batch, error))
            {
                throw;
            }

            context.Result = null;
            return;
        }

        if (context.Result is { } expected)
        {
            // The consumer has had the batch, or wants to go on elsewhere; the agent steps over the first batch from there.
            var bound = new BoundToken(subscription, context.Grain, OrleansInternals.TokenOf(expected), batch.Subscription!.Next, skipsFirst: true);
            context.Result = OrleansInternals.Like(expected, bound);
        }
    }

    /// <summary>The consumer compares the handshake with its own, so it is given that one back, and none where it had none.</summary>
    private static void Unbind(IOutgoingGrainCallContext context)
    {
        if (context.Request.GetArgument(HandshakeArgument) is { } handshake && OrleansInternals.TokenOf(handshake) is BoundToken bound)
        {
            context.Request.SetArgument(HandshakeArgument, bound.Original is { } original ? OrleansInternals.Like(handshake, original) : null!);
        }
    }
}
