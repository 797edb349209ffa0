using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>The half of <see cref="CommitRegressions"/> that looks at the upper end, in drained partitions only: of others nobody
/// knows where they end.</summary>
internal static class CommitsBehindTheEnd
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        long?[] ends = Ends(evidence);
        foreach (CommitOperation commit in history.Commits.Where(commit => commit.Outcome == Outcome.Acknowledged))
        {
            Judge(commit.Group, commit.Partition, commit.Offset, "was committed");
        }

        foreach (CommittedReadOperation read in history.CommittedReads.Where(read => read.Ended != long.MaxValue))
        {
            Judge(read.Group, read.Partition, read.Offset, "was read as committed");
        }

        void Judge(int group, int partition, long offset, string what)
        {
            if (offset > ends[partition])
            {
                anomalies.Add(AnomalyKind.CommitRegression, history.Partitions[partition], () =>
                    $"{offset} {what} in the group {history.Groups[group]}, although the log never went beyond {ends[partition]}");
            }
        }
    }

    /// <summary>For each drained partition, the highest end of which anybody had word.</summary>
    private static long?[] Ends(HistoryEvidence evidence)
    {
        RecordedHistory history = evidence.History;
        long?[] ends = new long?[history.Partitions.Length];
        foreach (DrainOperation drain in history.Drains.Where(drain => drain.Ended != long.MaxValue))
        {
            ends[drain.Partition] = Math.Max(ends[drain.Partition] ?? 0, drain.End);
        }

        foreach (PollOperation poll in history.Polls)
        {
            Raise(poll.Partition, Math.Max(poll.Next, poll.LogStart));
        }

        foreach (SendOperation send in history.Sends)
        {
            for (int index = 0; index < send.Values.Count; index++)
            {
                Raise(send.Partition, history.OffsetOf(send.Values, index) + 1);
            }
        }

        foreach (Deletion deletion in history.Deletions)
        {
            Raise(deletion.Partition, deletion.Below);
        }

        return ends;

        void Raise(int partition, long end) => ends[partition] = ends[partition] is { } known ? Math.Max(known, end) : null;
    }
}
