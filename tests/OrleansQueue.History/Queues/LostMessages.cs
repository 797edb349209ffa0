using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>A message that is in the log, that the group is done with, and that nobody can have completed and no dead letter tells of.</summary>
internal static class LostMessages
{
    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        if (story is { IsStored: true, Letters: 0 }
            && !story.Settlements.Exists(settlement => settlement is { Ending: QueueEnding.Complete, Outcome: not QueueOutcome.Refused }))
        {
            anomalies.Add(AnomalyKind.LostMessage, story.Message.Partition, () => $"{story.Message} was leased {story.Leases.Count} times and never completed, and is no dead letter");
        }
    }
}
