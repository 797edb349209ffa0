using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// An aborted read: somebody polled a value whose send was refused, or whose transaction was aborted. After g1a-cases in kafka.clj.
/// </summary>
internal static class AbortedReads
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Logs.Length; partition++)
        {
            foreach (KnownRecord record in evidence.Logs[partition].Records)
            {
                if (record.Send >= 0 && evidence.IsAborted(record.Send))
                {
                    Add(evidence, anomalies, partition, record);
                }
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, KnownRecord record) =>
        anomalies.Add(AnomalyKind.AbortedRead, evidence.History.Partitions[partition], () =>
            $"{evidence.PollerAt(record.FirstPolled)} polled the value {record.Value} at {record.Offset}, although "
            + $"{evidence.ProducerOf(record.Send)} was told that it is not stored");
}
