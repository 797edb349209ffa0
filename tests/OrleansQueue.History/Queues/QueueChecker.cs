using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>Searches what was recorded of queue groups for what they promise never to do. A settlement without an answer may be made or not.</summary>
public static class QueueChecker
{
    private static readonly Action<QueueMessageStory, QueueRules, AnomalyList>[] Searches =
    [
        LostMessages.Find,
        DoubleEnds.Find,
        Revivals.Find,
        DoubleLeases.Find,
        StaleSettlements.Find,
        DeliveryCounts.Find,
    ];

    /// <summary>What is wrong; of each kind the first 1,000.</summary>
    public static IReadOnlyList<Anomaly> Check(QueueRecorder recorder)
    {
        var anomalies = new AnomalyList();
        foreach (var story in recorder.Stories)
        {
            foreach (var search in Searches)
            {
                search(story, recorder.Rules[story.Message.Group], anomalies);
            }
        }

        KeyOrders.Find(recorder, anomalies);
        LateDeliveries.Find(recorder, anomalies);
        return anomalies.Kept;
    }
}
