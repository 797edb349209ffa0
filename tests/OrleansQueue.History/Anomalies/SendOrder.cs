using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// The order in which a producer's values lie in a partition.
/// Nonmonotonic send: the first value of a send lies at or before the last value of the send that the same producer began before
/// it. Internal: the values of one send do not rise in offset in the order in which they were sent.
/// Where a value lies is what polls say, else what was acknowledged. After nonmonotonic-send-cases and int-send-skip+nonmonotonic-cases
/// in kafka.clj; there a process has one send at a time, here the begin decides, for an idempotent producer keeps that order. The
/// internal send skip is left out, as Jepsen allows it too.
/// </summary>
internal static class SendOrder
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        Dictionary<(int Producer, int Partition), (long Value, long Offset)> lastOf = [];
        for (int send = 0; send < history.Sends.Length; send++)
        {
            SendOperation operation = history.Sends[send];
            (int, int) line = (operation.Producer, operation.Partition);
            AnomalyKind kind = AnomalyKind.NonmonotonicSend;
            for (int index = 0; index < operation.Values.Count; index++)
            {
                int sent = operation.Values.At + index;
                long offset = evidence.PolledAt(sent) is >= 0 and var polled ? polled : history.OffsetOf(operation.Values, index);
                if (offset < 0)
                {
                    continue;
                }

                long value = history.SentValues[sent];
                if (lastOf.TryGetValue(line, out (long Value, long Offset) last) && offset <= last.Offset)
                {
                    Add(history, anomalies, kind, operation, (value, offset), last);
                }

                lastOf[line] = (value, offset);
                kind = AnomalyKind.IntNonmonotonicSend;
            }
        }
    }

    private static void Add(
        RecordedHistory history, AnomalyList anomalies, AnomalyKind kind, SendOperation send, (long Value, long Offset) here,
        (long Value, long Offset) last) =>
        anomalies.Add(kind, history.Partitions[send.Partition], () =>
            $"{history.Producers[send.Producer]} sent the value {here.Value} after {last.Value}, but it lies at {here.Offset} and the "
            + $"other at {last.Offset}");
}
