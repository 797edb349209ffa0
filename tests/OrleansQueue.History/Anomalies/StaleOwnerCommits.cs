using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A commit of a stale owner: the broker accepted a commit that began after the partition was assigned in a later generation than
/// the one that the commit names, or than the one in which its member last was assigned the partition. A commit that was on its
/// way when the later owner was assigned may have been in time. Ours, after the fencing of zombies in Kafka's groups.
/// </summary>
internal static class StaleOwnerCommits
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        Dictionary<(string Group, int Partition), Ownership> latest = [];
        Dictionary<(int Member, int Partition), long> own = [];
        int next = 0;
        foreach (CommitOperation commit in history.Commits)
        {
            for (; next < history.Ownerships.Length && history.Ownerships[next].Sequence < commit.Began; next++)
            {
                Note(history.Ownerships[next]);
            }

            if (commit.IsReset || commit.Outcome != Outcome.Acknowledged
                || !latest.TryGetValue((history.Groups[commit.Group], commit.Partition), out Ownership owner))
            {
                continue;
            }

            // A member may name a newer generation than the one in which it lost the partition.
            long generation = owner.Member != commit.Member && own.TryGetValue((commit.Member, commit.Partition), out long assigned)
                ? Math.Min(assigned, commit.Generation)
                : commit.Generation;
            if (generation < owner.Generation)
            {
                anomalies.Add(AnomalyKind.StaleOwnerCommit, history.Partitions[commit.Partition], () =>
                    $"a commit of {commit.Offset} by {history.Consumers[commit.Member]} in generation {commit.Generation} was accepted, although "
                    + $"{history.Consumers[owner.Member]} was assigned the partition in generation {owner.Generation}");
            }
        }

        void Note(Ownership change)
        {
            if (change.Change == OwnershipChange.Assigned)
            {
                (string, int) place = (history.Consumers[change.Member].Group!, change.Partition);
                own[(change.Member, change.Partition)] = change.Generation;
                if (!latest.TryGetValue(place, out Ownership owner) || change.Generation >= owner.Generation)
                {
                    latest[place] = change;
                }
            }
        }
    }
}
