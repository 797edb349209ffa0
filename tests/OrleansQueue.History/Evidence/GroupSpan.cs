namespace OrleansQueue.History.Evidence;

/// <summary>The offsets of a partition that a group must have got.</summary>
/// <param name="Start">Where the group began, or where the last reset forwards brought it.</param>
/// <param name="End">The highest position that it committed or was told.</param>
internal readonly record struct GroupSpan(long Start, long End)
{
    /// <summary>The spans of all groups; a group of which no start is known has none.</summary>
    public static Dictionary<(string Group, int Partition), GroupSpan> Of(RecordedHistory history)
    {
        Dictionary<(string, int), GroupSpan> spans = Starts(history);
        foreach (Ownership change in history.Ownerships.Where(change => change.Change == OwnershipChange.Assigned))
        {
            Reach((history.Consumers[change.Member].Group!, change.Partition), change.Offset);
        }

        foreach (CommittedReadOperation read in history.CommittedReads.Where(read => read.Ended != long.MaxValue))
        {
            Reach((history.Groups[read.Group], read.Partition), read.Offset);
        }

        Dictionary<(int, int), long> committed = [];
        foreach (CommitOperation commit in history.Commits.Where(commit => commit.Outcome != Outcome.Refused))
        {
            (string, int) place = (history.Groups[commit.Group], commit.Partition);
            long before = committed.GetValueOrDefault((commit.Group, commit.Partition), -1);
            if (commit.IsReset && commit.Offset > before && spans.TryGetValue(place, out GroupSpan span))
            {
                spans[place] = span with { Start = Math.Max(span.Start, commit.Offset) };
            }

            if (commit.Outcome == Outcome.Acknowledged)
            {
                committed[(commit.Group, commit.Partition)] = Math.Max(before, commit.Offset);
                Reach(place, commit.Offset);
            }
        }

        return spans;

        void Reach((string, int) place, long offset)
        {
            if (spans.TryGetValue(place, out GroupSpan span) && offset > span.End)
            {
                spans[place] = span with { End = offset };
            }
        }
    }

    private static Dictionary<(string, int), GroupSpan> Starts(RecordedHistory history)
    {
        Dictionary<(string, int), GroupSpan> spans = [];
        foreach (GroupStart start in history.GroupStarts)
        {
            spans[(history.Groups[start.Group], start.Partition)] = new(start.Offset, start.Offset);
        }

        HashSet<(string, int)> told = [.. spans.Keys];
        foreach (Ownership change in history.Ownerships.Where(change => change.Change == OwnershipChange.Assigned))
        {
            (string, int) place = (history.Consumers[change.Member].Group!, change.Partition);
            if (!told.Contains(place) && (!spans.TryGetValue(place, out GroupSpan span) || change.Offset < span.Start))
            {
                spans[place] = new(change.Offset, change.Offset);
            }
        }

        return spans;
    }
}
