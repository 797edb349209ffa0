using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// A commit regression: a committed position, asked for or told to a new owner, is lower than one whose commit was acknowledged
/// before the question was asked, without a reset that may have caused it. And a position, committed or told, behind the end of
/// a drained log: it would skip what is stored next. Ours, after "offset regression" in the reports on Bufstream and Redpanda.
/// </summary>
internal static class CommitRegressions
{
    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        RecordedHistory history = evidence.History;
        Dictionary<(int Group, int Partition), CommittedFloor> floors = [];
        long[] lowest = new long[history.CommittedReads.Length];
        foreach (GroupEvent step in GroupEvent.InOrder(history))
        {
            if (!floors.TryGetValue((step.Group, step.Partition), out CommittedFloor? floor))
            {
                floors.Add((step.Group, step.Partition), floor = new CommittedFloor(lowest));
            }

            switch (step.Step)
            {
                case GroupStep.ResetBegins:
                    floor.ResetBegins(history.Commits[step.Index]);
                    break;
                case GroupStep.CommitEnds:
                    floor.CommitEnds(history.Commits[step.Index]);
                    break;
                case GroupStep.ReadBegins:
                    floor.ReadBegins(step.Index);
                    break;
                case GroupStep.ReadEnds:
                    floor.ReadEnds(step.Index);
                    Judge(step, history.CommittedReads[step.Index].Offset, lowest[step.Index], "was read as committed");
                    break;
                case GroupStep.Assigned:
                    string member = history.Consumers[history.Ownerships[step.Index].Member].ToString();
                    Judge(step, history.Ownerships[step.Index].Offset, floor.Offset, $"was given to {member} to start at");
                    break;
                default:
                    throw new InvalidOperationException($"{step.Step} is no step.");
            }
        }

        CommitsBehindTheEnd.Find(evidence, anomalies);

        void Judge(GroupEvent step, long offset, long floor, string what)
        {
            if (offset < floor)
            {
                anomalies.Add(AnomalyKind.CommitRegression, history.Partitions[step.Partition], () =>
                    $"{offset} {what} in the group {history.Groups[step.Group]}, although {floor} had been committed");
            }
        }
    }
}
