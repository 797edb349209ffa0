using OrleansQueue.History.Anomalies;
using OrleansQueue.History.Evidence;

namespace OrleansQueue.History;

/// <summary>
/// Searches a history for what a right broker would not have done, after the Kafka workload of Jepsen
/// (jepsen/src/jepsen/tests/kafka.clj). It never takes an unknown outcome for a failed one, and it reports nothing that a right
/// broker could have done; what it can see depends on what was recorded, so a history should end with a drain of each partition.
/// </summary>
public static class HistoryChecker
{
    private static readonly Action<HistoryEvidence, AnomalyList>[] Searches =
    [
        LostWrites.Find,
        UnseenValues.Find,
        Duplicates.Find,
        Phantoms.Find,
        InconsistentOffsets.Find,
        PollOrder.Find,
        SendOrder.Find,
        AbortedReads.Find,
        PrecommittedReads.Find,
        CommitRegressions.Find,
        StaleOwnerCommits.Find,
        DoubleOwnerships.Find,
        GroupSkips.Find,
    ];

    /// <summary>Checks a history, in time n log n of the messages in it.</summary>
    /// <exception cref="ArgumentException">A value was sent twice, so nothing can be said about it.</exception>
    public static HistoryReport Check(RecordedHistory history)
    {
        HistoryEvidence evidence = new(history);
        AnomalyList anomalies = new();
        foreach (Action<HistoryEvidence, AnomalyList> search in Searches)
        {
            search(evidence, anomalies);
        }

        return new HistoryReport(anomalies.Kept, anomalies.Found, Census.Of(evidence));
    }
}
