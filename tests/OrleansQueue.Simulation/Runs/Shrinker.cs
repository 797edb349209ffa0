namespace OrleansQueue.Simulation.Runs;

/// <summary>
/// Makes a failing plan smaller, step by step, as long as it fails in the same way: without kinds of faults, with fewer clients
/// and batches, with an earlier end.
/// </summary>
internal static class Shrinker
{
    private const int MostRuns = 150;

    public static Outcome Shrink(Outcome failed)
    {
        var best = failed;
        var runs = 0;
        bool smaller;
        do
        {
            smaller = false;
            foreach (var plan in Smaller(best.Plan).ToList())
            {
                if (runs++ >= MostRuns)
                {
                    return best;
                }

                var outcome = SimulatedRun.Run(plan);
                if (!outcome.IsGood && KindOf(outcome) == KindOf(failed))
                {
                    (best, smaller) = (outcome, true);
                    break;
                }
            }
        }
        while (smaller);
        return best;
    }

    /// <summary>What kind of failure it is, without the names and numbers of the one run.</summary>
    private static string KindOf(Outcome outcome) =>
        string.Join(' ', outcome.Problems[0].Split(' ', '\n').Where(word => word.Length != 0 && !word.Any(char.IsDigit)).Take(4));

    private static IEnumerable<Plan> Smaller(Plan plan)
    {
        foreach (var kind in plan.Faults)
        {
            yield return plan with { Faults = plan.Faults.Where(other => other != kind).ToHashSet() };
        }

        Plan[] smaller =
        [
            plan with { TroubledTime = plan.TroubledTime / 2 },
            plan with { Batches = plan.Batches / 2 },
            plan with { Batches = plan.Batches - 1 },
            plan with { Producers = plan.Producers - 1 },
            plan with { Readers = plan.Readers - 1 },
            plan with { Groups = plan.Groups - 1 },
            plan with { Members = plan.Members - 1 },
            plan with { QueueGroups = plan.QueueGroups - 1 },
            plan with { QueueMembers = plan.QueueMembers - 1 },
            plan with { Topics = [1] },
            plan with { RetentionTime = null },
        ];
        foreach (var candidate in smaller)
        {
            var isLess = candidate.Batches > 0 && candidate.Producers > 0 && candidate.Readers >= 0 && candidate.Groups >= 0 && candidate.Members > 0 && candidate.QueueGroups >= 0 && candidate.QueueMembers > 0
                && candidate.TroubledTime > TimeSpan.FromSeconds(1);
            if (isLess && (candidate.RetentionTime != plan.RetentionTime || candidate.Topics.Sum() < plan.Topics.Sum() || Size(candidate) < Size(plan)))
            {
                yield return candidate;
            }
        }
    }

    private static double Size(Plan plan) =>
        plan.Batches + plan.Producers + plan.Readers + plan.Groups + plan.Members + plan.QueueGroups + plan.QueueMembers + plan.TroubledTime.TotalSeconds;
}
