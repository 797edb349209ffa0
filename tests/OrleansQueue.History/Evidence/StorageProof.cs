namespace OrleansQueue.History.Evidence;

/// <summary>
/// Since when a send is known to be stored and readable. An acknowledged one is; an unknown one is as soon as one of its values
/// was polled, for a batch is stored as a whole (must-have-committed? in kafka.clj). In a transaction it is so only once that is
/// committed: by its answer, or because a value of it was polled.
/// </summary>
internal static class StorageProof
{
    /// <param name="history">The history.</param>
    /// <param name="fates">What each transaction came to.</param>
    /// <param name="firstPolled">For each send, when one of its values was polled first.</param>
    public static long[] Of(RecordedHistory history, TransactionFate[] fates, long[] firstPolled)
    {
        long[] proven = new long[fates.Length];
        Array.Fill(proven, long.MaxValue);
        for (int send = 0; send < firstPolled.Length; send++)
        {
            if (history.Sends[send].Transaction is >= 0 and var transaction)
            {
                proven[transaction] = Math.Min(proven[transaction], firstPolled[send]);
            }
        }

        long[] since = new long[firstPolled.Length];
        for (int send = 0; send < since.Length; send++)
        {
            SendOperation operation = history.Sends[send];
            long stored = operation.Outcome switch
            {
                Outcome.Acknowledged => operation.Ended,
                Outcome.Refused => long.MaxValue,
                _ => firstPolled[send],
            };
            since[send] = operation.Transaction < 0 ? stored : Math.Max(stored, CommittedSince(operation.Transaction));
        }

        return since;

        long CommittedSince(int transaction) => fates[transaction].Outcome switch
        {
            Outcome.Acknowledged => fates[transaction].Ended,
            Outcome.Refused => long.MaxValue,
            _ => proven[transaction],
        };
    }
}
