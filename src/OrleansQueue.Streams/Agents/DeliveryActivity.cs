using System.Diagnostics;
using OrleansQueue.Client;
using OrleansQueue.Streams.Events;

namespace OrleansQueue.Streams.Agents;

/// <summary>The activity in which events are given to a subscriber, named and tagged as OpenTelemetry says for messaging.</summary>
internal static class DeliveryActivity
{
    /// <summary>Begins it: within the trace in which an event was published, or linked to those of several; null where nobody listens.</summary>
    public static Activity? Start(StreamBatch batch)
    {
        if (!ClientTelemetry.Source.HasListeners())
        {
            return null;
        }

        var parents = batch.Traces.Select(static trace => ActivityContext.TryParse(trace, null, isRemote: true, out var parent) ? parent : default)
            .Where(static parent => parent != default).ToList();
        var isSingle = batch.Offsets.Length == 1;
        var topic = StreamTopics.NameOf(batch.StreamId);
        var activity = ClientTelemetry.Source.StartActivity(
            $"process {topic}",
            ActivityKind.Consumer,
            isSingle && parents.Count == 1 ? parents[0] : default,
            links: isSingle ? null : parents.Select(static parent => new ActivityLink(parent)));
        activity?.SetTag("messaging.system", "orleansqueue")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.destination.name", topic)
            .SetTag("messaging.destination.subscription.name", batch.Subscription?.Key.Id.ToString("n"));
        return isSingle ? activity : activity?.SetTag("messaging.batch.message_count", batch.Offsets.Length);
    }
}
