using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>A lease that was answered while an earlier one still held the message for whoever has it.</summary>
internal static class DoubleLeases
{
    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        for (var i = 1; i < story.Leases.Count; i++)
        {
            var (before, lease) = (story.Leases.Values[i - 1], story.Leases.Values[i]);
            if (lease.At < story.HeldUntil(before, lease.Sequence))
            {
                anomalies.Add(AnomalyKind.DoubleLease, story.Message.Partition, () =>
                    $"{story.Message} was leased under {lease.Number} at {lease.At} and is held under {before.Number} until {story.HeldUntil(before, lease.Sequence)}");
            }
        }
    }
}
