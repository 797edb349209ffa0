using System.Diagnostics.Metrics;
using System.Reflection;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What becomes of messages of a queue group that failed: what their handler said, else the policy of its exception, else what the group does.</summary>
internal sealed class QueueFailures(QueueHandlers handlers)
{
    /// <summary>What a handler threw where that came in a wrapper which says nothing of itself, as blocking waits and reflection put round it.</summary>
    public static Exception CauseOf(Exception error)
    {
        while (WrappedIn(error) is { } inner)
        {
            error = inner;
        }

        return error;
    }

    /// <summary>A handler threw.</summary>
    /// <param name="context">The message as the handler had it.</param>
    /// <param name="message">The message.</param>
    /// <param name="error">What it threw.</param>
    /// <param name="isCancelled">Whether that may only be because the handler was cancelled, for the sake of another message.</param>
    public void Failed(MessageContext context, in QueueMessage message, Exception error, bool isCancelled)
    {
        switch (error)
        {
            case RejectMessageException rejected:
                DeadLetter(message, rejected.Reason, rejected.InnerException ?? rejected);
                break;
            case RetryLaterException later:
                Abandon(message, later.Delay, later.InnerException ?? later);
                break;
            default:
                Retry(message, isCancelled ? null : FindPolicy(context, message, error), error);
                break;
        }
    }

    /// <summary>It comes again after a time, which is null for the group's own.</summary>
    public void Abandon(in QueueMessage message, TimeSpan? delay, Exception error)
    {
        handlers.Logger.Abandoned(error, handlers.Group, message.Delivery.MessageId, message.Delivery.Offset, message.Delivery.Partition, message.Delivery.Topic, message.DeliveryCount);
        Count(ClientTelemetry.Retried, message);
        message.Member.Settle(message, new() { Kind = SettlementKind.Abandon, Time = delay, Error = DeadLetterRecord.ErrorOf(error) });
    }

    /// <summary>It does not come again.</summary>
    public void DeadLetter(in QueueMessage message, string reason, Exception error)
    {
        handlers.Logger.Rejected(error, handlers.Group, message.Delivery.MessageId, message.Delivery.Offset, message.Delivery.Partition, message.Delivery.Topic, reason);
        Count(ClientTelemetry.DeadLettered, message);
        message.Member.Settle(message, new() { Kind = SettlementKind.DeadLetter, Reason = reason, Error = DeadLetterRecord.ErrorOf(error) });
    }

    private static Exception? WrappedIn(Exception error) => error switch
    {
        TargetInvocationException => error.InnerException,

        // A type of the application's that is derived from it says something.
        AggregateException { InnerExceptions.Count: 1 } when error.GetType() == typeof(AggregateException) => error.InnerException,
        _ => null,
    };

    private void Retry(in QueueMessage message, RetryPolicy? policy, Exception error)
    {
        if (policy is null)
        {
            Abandon(message, null, error);
        }
        else if (message.DeliveryCount >= policy.MaxDeliveries)
        {
            DeadLetter(message, Settlement.TooManyDeliveries, error);
        }
        else
        {
            Abandon(message, policy.WaitAfter(message.DeliveryCount, message.Delivery.Offset), error);
        }
    }

    private RetryPolicy? FindPolicy(MessageContext context, in QueueMessage message, Exception error)
    {
        try
        {
            return handlers.Options.Retries.Find(error, context);
        }
        catch (Exception problem)
        {
            // The application's own code chooses it; what is wrong there must not cost the message.
            handlers.Logger.NoPolicy(problem, handlers.Group, message.Delivery.MessageId, message.Delivery.Offset, message.Delivery.Partition, message.Delivery.Topic);
            return null;
        }
    }

    private void Count(Counter<long> counter, in QueueMessage message) =>
        counter.Add(1, ClientTelemetry.Topic(message.Delivery.Topic), ClientTelemetry.Group(handlers.Group));
}
