using System.Diagnostics;

namespace OrleansQueue.Client;

/// <summary>The activity in which a message is published, named and tagged as OpenTelemetry says for messaging.</summary>
internal static class PublishActivity
{
    /// <summary>Whether a message has anything to tell of where it comes from.</summary>
    public static bool IsWanted => Activity.Current is not null || ClientTelemetry.Source.HasListeners();

    /// <summary>The name of those of a topic.</summary>
    public static string NameOf(string topic) => $"publish {topic}";

    /// <summary>Begins it; null where nobody listens. The caller's own activity stays the current one, since the call returns before the publish ends.</summary>
    /// <param name="name">Its name, see <see cref="NameOf"/>, which a producer keeps: most messages are in no sample.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What the publish says.</param>
    public static Activity? Start(string name, string topic, PublishOptions? options)
    {
        if (!ClientTelemetry.Source.HasListeners())
        {
            return null;
        }

        var caller = Activity.Current;
        var activity = ClientTelemetry.Source.StartActivity(name, ActivityKind.Producer);
        Activity.Current = caller;
        activity?.SetTag("messaging.system", "orleansqueue")
            .SetTag("messaging.operation.type", "send")
            .SetTag("messaging.operation.name", "publish")
            .SetTag("messaging.destination.name", topic);
        return options?.MessageId is { } id ? activity?.SetTag("messaging.message.id", id) : activity;
    }

    /// <summary>Ends it with the publish.</summary>
    public static ValueTask<PublishReceipt> EndAsync(Background background, Activity activity, ValueTask<PublishReceipt> publish) =>
        new(background.RunAsync(() => EndAsync(activity, publish)));

    private static async Task<PublishReceipt> EndAsync(Activity activity, ValueTask<PublishReceipt> publish)
    {
        using (activity)
        {
            try
            {
                var receipt = await publish;
                activity.SetTag("messaging.destination.partition.id", receipt.Partition.ToString());
                return receipt;
            }
            catch (Exception error)
            {
                activity.Fail(error);
                throw;
            }
        }
    }
}
