using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>A delivery whose count is not higher than that of the one before, which nobody can have released, or higher than the group allows.</summary>
internal static class DeliveryCounts
{
    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        for (var i = 0; i < story.Leases.Count; i++)
        {
            var lease = story.Leases.Values[i];
            var before = i == 0 ? null : story.Leases.Values[i - 1];
            var least = before is null ? 1 : before.Delivery + (MayBeReleased(story, before) ? 0 : 1);
            if (lease.Delivery < least || lease.Delivery > rules.MaxDeliveries)
            {
                anomalies.Add(AnomalyKind.DeliveryCount, story.Message.Partition, () =>
                    $"{story.Message} was delivered for the {lease.Delivery}. time under {lease.Number}, and {least} to {rules.MaxDeliveries} would be right");
            }
        }
    }

    private static bool MayBeReleased(QueueMessageStory story, QueueLeaseStory lease) => story.Settlements.Exists(settlement =>
        settlement.Lease == lease.Number && settlement is { Ending: QueueEnding.Release, Outcome: not QueueOutcome.Refused });
}
