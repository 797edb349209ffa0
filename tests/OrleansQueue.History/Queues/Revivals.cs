using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>A lease that was asked for behind the answer that the message is completed, or behind the first try to append its dead letter.</summary>
internal static class Revivals
{
    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        var over = story.Settlements.Where(settlement => settlement is { Ending: QueueEnding.Complete or QueueEnding.DeadLetter, Outcome: QueueOutcome.Accepted });
        var end = over.Select(settlement => settlement.Ended).Append(story.Died).Min();
        if (story.Leases.Values.FirstOrDefault(lease => lease.Began > end) is { } later)
        {
            anomalies.Add(AnomalyKind.Revival, story.Message.Partition, () => $"{story.Message} was leased under {later.Number} at {later.At}, when it was completed or dead");
        }
    }
}
