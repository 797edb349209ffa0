namespace OrleansQueue.History.Evidence;

/// <summary>What can happen to the committed position of a group, or to what is known of it.</summary>
internal enum GroupStep : byte
{
    /// <summary>A reset is asked for that was not refused.</summary>
    ResetBegins,

    /// <summary>A commit or a reset is acknowledged.</summary>
    CommitEnds,

    /// <summary>The position is asked for.</summary>
    ReadBegins,

    /// <summary>The position is told.</summary>
    ReadEnds,

    /// <summary>The position is told to a new owner.</summary>
    Assigned,
}

/// <summary>One step with its place in the sequence.</summary>
/// <param name="Sequence">When.</param>
/// <param name="Step">What.</param>
/// <param name="Group">In which group.</param>
/// <param name="Partition">Of which partition.</param>
/// <param name="Index">The commit, read or ownership.</param>
internal readonly record struct GroupEvent(long Sequence, GroupStep Step, int Group, int Partition, int Index)
{
    public static List<GroupEvent> InOrder(RecordedHistory history)
    {
        List<GroupEvent> events = [];
        for (int index = 0; index < history.Commits.Length; index++)
        {
            CommitOperation commit = history.Commits[index];
            if (commit.IsReset && commit.Outcome != Outcome.Refused)
            {
                events.Add(new(commit.Began, GroupStep.ResetBegins, commit.Group, commit.Partition, index));
            }

            if (commit.Outcome == Outcome.Acknowledged)
            {
                events.Add(new(commit.Ended, GroupStep.CommitEnds, commit.Group, commit.Partition, index));
            }
        }

        for (int index = 0; index < history.CommittedReads.Length; index++)
        {
            CommittedReadOperation read = history.CommittedReads[index];
            if (read.Ended != long.MaxValue)
            {
                events.Add(new(read.Began, GroupStep.ReadBegins, read.Group, read.Partition, index));
                events.Add(new(read.Ended, GroupStep.ReadEnds, read.Group, read.Partition, index));
            }
        }

        for (int index = 0; index < history.Ownerships.Length; index++)
        {
            Ownership change = history.Ownerships[index];
            if (change.Change == OwnershipChange.Assigned)
            {
                int group = Array.IndexOf(history.Groups, history.Consumers[change.Member].Group);
                events.Add(new(change.Sequence, GroupStep.Assigned, group, change.Partition, index));
            }
        }

        events.Sort((left, right) => left.Sequence.CompareTo(right.Sequence));
        return events;
    }
}
