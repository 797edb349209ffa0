namespace OrleansQueue.History.Evidence;

/// <summary>What is known of a transaction.</summary>
/// <param name="Outcome">Committed, aborted or unknown.</param>
/// <param name="CommitBegan">When its commit was first asked for; <see cref="long.MaxValue"/> for never.</param>
/// <param name="Ended">When its outcome was known; <see cref="long.MaxValue"/> for never.</param>
internal readonly record struct TransactionFate(Outcome Outcome, long CommitBegan, long Ended)
{
    public static TransactionFate[] Of(RecordedHistory history)
    {
        TransactionFate[] fates = new TransactionFate[history.Transactions.Length];
        Array.Fill(fates, new(Outcome.Unknown, long.MaxValue, long.MaxValue));
        foreach (TransactionEnd end in history.TransactionEnds)
        {
            ref TransactionFate fate = ref fates[end.Transaction];
            if (end.AsksCommit && end.Began < fate.CommitBegan)
            {
                fate = fate with { CommitBegan = end.Began };
            }

            if (end.Outcome is Outcome.Acknowledged or Outcome.Refused)
            {
                fate = fate with { Outcome = end.Outcome, Ended = end.Ended };
            }
        }

        return fates;
    }
}
