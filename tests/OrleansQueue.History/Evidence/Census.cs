namespace OrleansQueue.History.Evidence;

/// <summary>Counts what a history holds.</summary>
internal static class Census
{
    public static HistoryCounts Of(HistoryEvidence evidence)
    {
        RecordedHistory history = evidence.History;
        return new HistoryCounts(
            Sum(history.Sends.Select(send => (send.Outcome, 1))),
            Sum(history.Sends.Select(send => (send.Outcome, send.Values.Count))),
            history.Polls.Length,
            history.Polls.Sum(poll => (long)poll.Records.Count),
            evidence.Logs.Sum(log => (long)log.Count),
            history.Drains.Count(drain => drain.Ended != long.MaxValue),
            Sum(history.Commits.Where(commit => !commit.IsReset).Select(commit => (commit.Outcome, 1))),
            Sum(history.TransactionEnds.Select(end => end.Transaction).Distinct().Select(number => (evidence.Fates[number].Outcome, 1))),
            evidence.Deliveries.Summary());
    }

    private static OutcomeCounts Sum(IEnumerable<(Outcome Outcome, int Count)> operations)
    {
        long acknowledged = 0;
        long refused = 0;
        long unknown = 0;
        foreach ((Outcome outcome, int count) in operations)
        {
            acknowledged += outcome == Outcome.Acknowledged ? count : 0;
            refused += outcome == Outcome.Refused ? count : 0;
            unknown += outcome is Outcome.Unknown or Outcome.Pending ? count : 0;
        }

        return new(acknowledged, refused, unknown);
    }
}
