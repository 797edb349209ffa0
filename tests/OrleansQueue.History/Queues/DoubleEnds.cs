using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>A message that ended twice: completed and dead-lettered, or one of them more than once.</summary>
internal static class DoubleEnds
{
    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        var completed = story.Settlements.Count(settlement => settlement is { Ending: QueueEnding.Complete, Outcome: QueueOutcome.Accepted });
        if (completed + story.Letters > 1)
        {
            anomalies.Add(AnomalyKind.DoubleEnd, story.Message.Partition, () => $"{story.Message} was completed {completed} times and is {story.Letters} dead letters");
        }
    }
}
