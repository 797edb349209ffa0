using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>
/// In the calm: a lease that came too long after the message could be had, because it was published, came back, or the one before it of its
/// key was done. Where that one died it is not known when it was, so nothing is said of the messages behind it.
/// </summary>
internal static class LateDeliveries
{
    public static void Find(QueueRecorder recorder, AnomalyList anomalies)
    {
        foreach (var line in recorder.Stories.GroupBy(story => (story.Message.Group, story.Message.Partition, Key: KeyOf(recorder, story))))
        {
            long? free = 0;
            foreach (var story in line.OrderBy(story => story.Message.Offset))
            {
                Find(story, free, recorder, anomalies);
                free = line.Key.Key is null ? 0 : Later(free, EndOf(story));
            }
        }
    }

    private static string? KeyOf(QueueRecorder recorder, QueueMessageStory story) => recorder.Rules[story.Message.Group].OrderedByKey ? story.Key : null;

    private static long? Later(long? free, long? end) => free is null || end is null ? null : Math.Max(free.Value, end.Value);

    /// <summary>When the message was completed; null where that is not known.</summary>
    private static long? EndOf(QueueMessageStory story) =>
        story.Settlements.Find(settlement => settlement is { Ending: QueueEnding.Complete, Outcome: QueueOutcome.Accepted })?.EndedAt;

    private static void Find(QueueMessageStory story, long? free, QueueRecorder recorder, AnomalyList anomalies)
    {
        var longest = recorder.Rules[story.Message.Group].LongestWait;
        for (var i = 0; i < story.Leases.Count; i++)
        {
            var lease = story.Leases.Values[i];
            var ready = i == 0 ? Later(free, story.VisibleAt) : ReadyAfter(story, story.Leases.Values[i - 1]);
            if (ready >= recorder.CalmFrom && lease.At - ready > longest)
            {
                anomalies.Add(AnomalyKind.LateDelivery, story.Message.Partition, () =>
                    $"{story.Message} could be had at {ready} and was leased under {lease.Number} at {lease.At}, {TimeSpan.FromTicks(lease.At - ready.Value).TotalMilliseconds} ms later");
            }
        }
    }

    private static long? ReadyAfter(QueueMessageStory story, QueueLeaseStory lease) =>
        story.Settlements.Find(settlement => settlement.Lease == lease.Number && settlement.Ends && settlement.Outcome == QueueOutcome.Accepted)?.ReadyAt;
}
