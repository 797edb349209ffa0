using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// Double ownership: two members of a group hold one partition at the same time, each from the moment it was assigned to the one
/// before it gave it back or was gone. Ours; Jepsen's workload does not look into groups.
/// </summary>
internal static class DoubleOwnerships
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        Dictionary<(string Group, int Partition), List<Ownership>> holders = [];
        foreach (Ownership change in history.Ownerships)
        {
            string group = history.Consumers[change.Member].Group!;
            if (change.Change == OwnershipChange.Gone)
            {
                foreach (List<Ownership> held in holders.Values)
                {
                    held.RemoveAll(holder => holder.Member == change.Member);
                }

                continue;
            }

            if (!holders.TryGetValue((group, change.Partition), out List<Ownership>? here))
            {
                holders.Add((group, change.Partition), here = []);
            }

            // A late word of an older generation does not end a newer hold.
            here.RemoveAll(holder => holder.Member == change.Member && holder.Generation <= change.Generation);
            if (change.Change == OwnershipChange.Assigned)
            {
                foreach (Ownership other in here.Where(holder => holder.Member != change.Member))
                {
                    anomalies.Add(AnomalyKind.DoubleOwnership, history.Partitions[change.Partition], () =>
                        $"{history.Consumers[change.Member]} was assigned it in generation {change.Generation} while "
                        + $"{history.Consumers[other.Member]} held it from generation {other.Generation}");
                }

                here.Add(change);
            }
        }
    }
}
