using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A lost write: a value known to be stored at an offset was polled by nobody, although somebody polled a later offset of that
/// partition, and it was not deleted. Where no drain ends the history, some consumer must have read from the start, or a value
/// that nobody meant to read looks lost. After lost-write-cases in kafka.clj.
/// </summary>
internal static class LostWrites
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Missing.Length; partition++)
        {
            foreach (MissingValue missing in evidence.Missing[partition])
            {
                if (IsPassed(evidence, partition, missing))
                {
                    Add(evidence, anomalies, partition, missing);
                }
            }
        }
    }

    /// <summary>Whether somebody read behind the place of a missing value and it was not deleted.</summary>
    public static bool IsPassed(HistoryEvidence evidence, int partition, MissingValue missing) =>
        missing.Offset >= evidence.DeletedBelow[partition] && missing.Offset >= 0 && missing.Offset < evidence.Logs[partition].LastOffset;

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, MissingValue missing) =>
        anomalies.Add(AnomalyKind.LostWrite, evidence.History.Partitions[partition], () => Text(evidence, partition, missing));

    private static string Text(HistoryEvidence evidence, int partition, MissingValue missing)
    {
        KnownRecord last = evidence.Logs[partition].Records[^1];
        return $"the value {evidence.History.SentValues[missing.Sent]} of {evidence.ProducerOf(missing.Send)}, stored at "
            + $"{missing.Offset}, was never polled, although {evidence.PollerAt(last.FirstPolled)} polled offset {last.Offset}";
    }
}
