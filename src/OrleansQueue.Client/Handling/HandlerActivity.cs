using System.Diagnostics;

namespace OrleansQueue.Client;

/// <summary>The activity in which messages are processed, named and tagged as OpenTelemetry says for messaging.</summary>
internal static class HandlerActivity
{
    /// <summary>Begins it: within the trace in which a message was published, or linked to those of several; null where nobody listens.</summary>
    public static Activity? Start(string group, IReadOnlyList<MessageContext> messages)
    {
        var first = messages[0];
        if (!ClientTelemetry.Source.HasListeners())
        {
            return null;
        }

        var parents = messages.Select(ParentOf).ToList();
        var activity = ClientTelemetry.Source.StartActivity(
            $"process {first.Topic}",
            ActivityKind.Consumer,
            messages.Count == 1 ? parents[0] : default,
            links: messages.Count == 1 ? null : parents.Where(parent => parent != default).Select(parent => new ActivityLink(parent)));
        activity?.SetTag("messaging.system", "orleansqueue")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.operation.name", "process")
            .SetTag("messaging.destination.name", first.Topic)
            .SetTag("messaging.destination.partition.id", first.Partition.ToString())
            .SetTag("messaging.consumer.group.name", group);
        return messages.Count == 1
            ? activity?.SetTag("messaging.message.id", first.MessageId)
            : activity?.SetTag("messaging.batch.message_count", messages.Count);
    }

    /// <summary>Says that it failed.</summary>
    public static void Fail(this Activity activity, Exception error) =>
        activity.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", error.GetType().FullName);

    private static ActivityContext ParentOf(MessageContext message) =>
        ActivityContext.TryParse(message.Raw.Find(HeaderNames.TraceParent)?.Text, message.Raw.Find(HeaderNames.TraceState)?.Text, isRemote: true, out var parent)
            ? parent
            : default;
}
