using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A precommitted read: somebody polled a value of a transaction before anybody had asked for its commit. Jepsen's
/// precommitted-read-cases in kafka.clj sees only transactions that read what they wrote; here every consumer counts.
/// </summary>
internal static class PrecommittedReads
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Logs.Length; partition++)
        {
            foreach (KnownRecord record in evidence.Logs[partition].Records)
            {
                if (record.Send >= 0 && evidence.History.Sends[record.Send].Transaction is >= 0 and var transaction
                    && !evidence.IsAborted(record.Send) && record.FirstPolled < evidence.Fates[transaction].CommitBegan)
                {
                    Add(evidence, anomalies, partition, record);
                }
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, KnownRecord record)
    {
        string transaction = evidence.History.Transactions[evidence.History.Sends[record.Send].Transaction];
        anomalies.Add(AnomalyKind.PrecommittedRead, evidence.History.Partitions[partition], () =>
            $"{evidence.PollerAt(record.FirstPolled)} polled the value {record.Value} of {evidence.ProducerOf(record.Send)} "
            + $"at {record.Offset} before the transaction {transaction} was to be committed");
    }
}
