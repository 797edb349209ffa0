using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A phantom: a value was polled that nobody had begun to send to that partition: changed bytes, a record in the wrong partition,
/// a buffer used twice. Jepsen's workload takes it for an error of the test and stops (no-writer-of in kafka.clj).
/// </summary>
internal static class Phantoms
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Logs.Length; partition++)
        {
            foreach (KnownRecord record in evidence.Logs[partition].Records)
            {
                if (!evidence.IsAtHome(record, partition) || record.FirstPolled < evidence.History.Sends[record.Send].Began)
                {
                    Add(evidence, anomalies, partition, record);
                }
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, KnownRecord record) =>
        anomalies.Add(AnomalyKind.Phantom, evidence.History.Partitions[partition], () => Text(evidence, partition, record));

    private static string Text(HistoryEvidence evidence, int partition, KnownRecord record)
    {
        string why = record.Send < 0 ? "nobody sent it"
            : evidence.IsAtHome(record, partition) ? $"{evidence.ProducerOf(record.Send)} had not begun to send it"
            : $"{evidence.ProducerOf(record.Send)} sent it to {evidence.History.Partitions[evidence.History.Sends[record.Send].Partition]}";
        return $"{evidence.PollerAt(record.FirstPolled)} polled the value {record.Value} at {record.Offset}, but {why}";
    }
}
