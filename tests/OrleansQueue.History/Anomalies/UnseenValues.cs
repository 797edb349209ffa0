using System.Collections;
using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// An unseen value: when a drain of a partition began it was known to be stored, by its acknowledgement or because somebody had
/// polled it, and the drain did not find it; nor was it deleted. Jepsen's unseen knows only values that nobody ever polled; a
/// value that was polled once and is gone after a crash counts here as well. What is a lost write already is left to that.
/// </summary>
internal static class UnseenValues
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        HashSet<int> reported = [];
        foreach (DrainOperation drain in evidence.History.Drains)
        {
            if (drain.Ended != long.MaxValue)
            {
                FindMissing(evidence, anomalies, drain, reported);
                FindPassed(evidence, anomalies, drain, reported);
            }
        }
    }

    private static void FindMissing(HistoryEvidence evidence, AnomalyList anomalies, DrainOperation drain, HashSet<int> reported)
    {
        foreach (MissingValue missing in evidence.Missing[drain.Partition])
        {
            // Of a value whose place nobody knows, nobody knows either whether it is deleted, once anything is.
            long deletedBelow = evidence.DeletedBelow[drain.Partition];
            bool isKept = deletedBelow == 0 || missing.Offset >= deletedBelow;
            if (isKept && evidence.StoredSince[missing.Send] < drain.Began
                && !LostWrites.IsPassed(evidence, drain.Partition, missing) && reported.Add(missing.Sent))
            {
                anomalies.Add(AnomalyKind.Unseen, evidence.History.Partitions[drain.Partition], () =>
                    $"the value {evidence.History.SentValues[missing.Sent]} of {evidence.ProducerOf(missing.Send)}, stored at "
                    + $"{(missing.Offset < 0 ? "an unknown offset" : missing.Offset)}, was never polled, although "
                    + $"{Reader(evidence, drain)} read to the end, {drain.End}");
            }
        }
    }

    private static void FindPassed(HistoryEvidence evidence, AnomalyList anomalies, DrainOperation drain, HashSet<int> reported)
    {
        KnownLog log = evidence.Logs[drain.Partition];
        BitArray seen = Seen(evidence, drain, log);
        for (int index = log.FirstFrom(evidence.DeletedBelow[drain.Partition]); index < log.Count; index++)
        {
            KnownRecord record = log.Records[index];
            if (!seen[index] && WasStored(evidence, drain, record) && reported.Add(record.Sent))
            {
                AddPassed(evidence, anomalies, drain, record);
            }
        }
    }

    private static void AddPassed(HistoryEvidence evidence, AnomalyList anomalies, DrainOperation drain, KnownRecord record) =>
        anomalies.Add(AnomalyKind.Unseen, evidence.History.Partitions[drain.Partition], () =>
            $"the value {record.Value} of {evidence.ProducerOf(record.Send)} was polled at {record.Offset} by "
            + $"{evidence.PollerAt(record.FirstPolled)}, and {Reader(evidence, drain)} did not find it there, "
            + $"although it read to the end, {drain.End}");

    private static bool WasStored(HistoryEvidence evidence, DrainOperation drain, KnownRecord record) =>
        evidence.IsAtHome(record, drain.Partition) && !evidence.IsAborted(record.Send)
        && Math.Min(record.FirstPolled, evidence.StoredSince[record.Send]) < drain.Began;

    private static BitArray Seen(HistoryEvidence evidence, DrainOperation drain, KnownLog log)
    {
        RecordedHistory history = evidence.History;
        BitArray seen = new(log.Count);
        for (int number = FirstAfter(history.Polls, drain.Began); number < history.Polls.Length; number++)
        {
            PollOperation poll = history.Polls[number];
            if (poll.Sequence > drain.Ended)
            {
                break;
            }

            if (poll.Consumer == drain.Consumer && poll.Partition == drain.Partition)
            {
                for (int index = 0; index < poll.Records.Count; index++)
                {
                    seen[log.IndexOf(history.OffsetOf(poll.Records, index), history.PolledValues[poll.Records.At + index])] = true;
                }
            }
        }

        return seen;
    }

    private static int FirstAfter(PollOperation[] polls, long sequence)
    {
        int low = 0;
        int high = polls.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = polls[middle].Sequence < sequence ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static Consumer Reader(HistoryEvidence evidence, DrainOperation drain) => evidence.History.Consumers[drain.Consumer];
}
