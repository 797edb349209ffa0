using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A duplicate: a value was polled at two offsets of its partition, so it was stored twice. That a consumer gets the record at
/// one offset twice is none. After duplicate-cases in kafka.clj.
/// </summary>
internal static class Duplicates
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Logs.Length; partition++)
        {
            foreach (KnownRecord record in evidence.Logs[partition].Records)
            {
                if (evidence.IsAtHome(record, partition) && evidence.PolledAt(record.Sent) != record.Offset)
                {
                    Add(evidence, anomalies, partition, record);
                }
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, KnownRecord record) =>
        anomalies.Add(AnomalyKind.Duplicate, evidence.History.Partitions[partition], () =>
            $"the value {record.Value} of {evidence.ProducerOf(record.Send)} lies at {evidence.PolledAt(record.Sent)} and "
            + $"at {record.Offset}, where {evidence.PollerAt(record.FirstPolled)} polled it");
}
