using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// Inconsistent offsets: two polls found two values at one offset, or an acknowledgement names an offset at which another value
/// was polled or while its own value was polled elsewhere only, or two acknowledgements name one offset. After the errors of
/// version-orders in kafka.clj, which takes acknowledgements and polls as equal witnesses too.
/// </summary>
internal static class InconsistentOffsets
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        for (int partition = 0; partition < evidence.Logs.Length; partition++)
        {
            FindInPolls(evidence, anomalies, partition);
        }

        FindInSends(evidence, anomalies);
        FindOverlaps(evidence, anomalies);
    }

    private static void FindInPolls(HistoryEvidence evidence, AnomalyList anomalies, int partition)
    {
        ReadOnlySpan<KnownRecord> records = evidence.Logs[partition].Records;
        for (int index = 1; index < records.Length; index++)
        {
            if (records[index].Offset == records[index - 1].Offset)
            {
                Add(evidence, anomalies, partition, records[index - 1], records[index]);
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int partition, KnownRecord one, KnownRecord other) =>
        anomalies.Add(AnomalyKind.InconsistentOffsets, evidence.History.Partitions[partition], () =>
            $"at {one.Offset} {evidence.PollerAt(one.FirstPolled)} polled the value {one.Value} and "
            + $"{evidence.PollerAt(other.FirstPolled)} the value {other.Value}");

    private static void FindInSends(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        for (int send = 0; send < history.Sends.Length; send++)
        {
            SendOperation operation = history.Sends[send];
            for (int index = 0; index < operation.Values.Count; index++)
            {
                long offset = history.OffsetOf(operation.Values, index);
                int sent = operation.Values.At + index;
                if (offset >= 0 && evidence.PolledAt(sent) != offset && Contradiction(evidence, operation.Partition, sent, offset) is { } found)
                {
                    Add(evidence, anomalies, send, sent, $"was acknowledged at {offset}, but {found}");
                }
            }
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, int send, int sent, string what) =>
        anomalies.Add(AnomalyKind.InconsistentOffsets, evidence.History.Partitions[evidence.History.Sends[send].Partition], () =>
            $"the value {evidence.History.SentValues[sent]} of {evidence.ProducerOf(send)} {what}");

    private static string? Contradiction(HistoryEvidence evidence, int partition, int sent, long offset)
    {
        KnownLog log = evidence.Logs[partition];
        long value = evidence.History.SentValues[sent];
        if (log.IndexOf(offset, value) >= 0)
        {
            return null;
        }

        int there = log.FirstFrom(offset);
        return evidence.PolledAt(sent) >= 0 ? $"polled at {evidence.PolledAt(sent)}"
            : there < log.Count && log.Records[there].Offset == offset ? $"the value {log.Records[there].Value} was polled there"
            : null;
    }

    private static void FindOverlaps(HistoryEvidence evidence, AnomalyList anomalies)
    {
        List<AcknowledgedRange> ranges = AcknowledgedRange.Of(evidence.History);
        ranges.Sort((left, right) =>
            (left.Partition, left.First, left.Last, left.Send).CompareTo((right.Partition, right.First, right.Last, right.Send)));
        for (int index = 1, furthest = 0; index < ranges.Count; index++)
        {
            AcknowledgedRange before = ranges[furthest];
            AcknowledgedRange range = ranges[index];
            if (before.Partition == range.Partition && range.First <= before.Last)
            {
                Add(evidence, anomalies, before, range);
            }

            furthest = before.Partition != range.Partition || range.Last > before.Last ? index : furthest;
        }
    }

    private static void Add(HistoryEvidence evidence, AnomalyList anomalies, AcknowledgedRange one, AcknowledgedRange other) =>
        anomalies.Add(AnomalyKind.InconsistentOffsets, evidence.History.Partitions[one.Partition], () =>
            $"{evidence.ProducerOf(one.Send)} was told that its values lie from {one.First} to {one.Last}, "
            + $"{evidence.ProducerOf(other.Send)} that its own lie from {other.First} to {other.Last}");

    private readonly record struct AcknowledgedRange(int Partition, long First, long Last, int Send)
    {
        public static List<AcknowledgedRange> Of(RecordedHistory history)
        {
            List<AcknowledgedRange> ranges = [];
            for (int send = 0; send < history.Sends.Length; send++)
            {
                Run run = history.Sends[send].Values;
                if (run.OffsetsAt < 0 && run.BaseOffset >= 0 && run.Count > 0)
                {
                    ranges.Add(new(history.Sends[send].Partition, run.BaseOffset, run.BaseOffset + run.Count - 1, send));
                }

                for (int index = 0; run.OffsetsAt >= 0 && index < run.Count; index++)
                {
                    if (history.OffsetOf(run, index) is >= 0 and var offset)
                    {
                        ranges.Add(new(history.Sends[send].Partition, offset, offset, send));
                    }
                }
            }

            return ranges;
        }
    }
}
