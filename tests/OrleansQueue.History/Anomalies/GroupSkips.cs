using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A group skip: a value lies between the group's start and the highest position that it committed or was told, somebody polled
/// it, and no member of the group ever did; nor was it deleted or passed by a reset forwards. Ours: at least once, seen by a group.
/// </summary>
internal static class GroupSkips
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        foreach (((string group, int partition), GroupSpan span) in GroupSpan.Of(evidence.History))
        {
            KnownLog log = evidence.Logs[partition];
            byte[]? counts = evidence.Deliveries.Of(group, partition);
            int end = log.FirstFrom(span.End);
            for (int index = log.FirstFrom(Math.Max(span.Start, evidence.DeletedBelow[partition])); index < end; index++)
            {
                KnownRecord record = log.Records[index];
                if ((counts is null || counts[index] == 0) && !(record.Send >= 0 && evidence.IsAborted(record.Send)))
                {
                    Add(evidence, anomalies, (group, partition), span, record);
                }
            }
        }
    }

    private static void Add(
        HistoryEvidence evidence, AnomalyList anomalies, (string Group, int Partition) place, GroupSpan span, KnownRecord record) =>
        anomalies.Add(AnomalyKind.GroupSkip, evidence.History.Partitions[place.Partition], () =>
            $"the group {place.Group} began at {span.Start} and is at {span.End}, but the value {record.Value} at {record.Offset}, "
            + $"which {evidence.PollerAt(record.FirstPolled)} polled, went to none of its members");
}
