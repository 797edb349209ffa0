using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>How a commit went.</summary>
internal enum CommitOutcome
{
    /// <summary>The group has all that is finished, or said of what it never will.</summary>
    Kept = 0,

    /// <summary>No answer came; it may be tried again.</summary>
    NoAnswer = 1,

    /// <summary>Who commits is no member any more.</summary>
    NoMember = 2,
}

/// <summary>Commits what is finished, one call at a time for all partitions of a member.</summary>
internal sealed class GroupCommits(GroupConsumer consumer)
{
    private readonly Slots _gate = new(1);

    /// <summary>Tries once.</summary>
    public async Task<CommitOutcome> TryAsync(IEnumerable<PartitionRun> runs, CancellationToken cancellationToken)
    {
        await _gate.EnterAsync(cancellationToken);
        try
        {
            var pending = runs.Where(run => !run.IsRefused).Select(run => (Run: run, Commit: run.Progress.ToCommit(run.Since))).Where(each => each.Commit is not null).ToList();
            return pending.Count == 0 ? CommitOutcome.Kept : await CommitAsync(pending!, cancellationToken);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Tries until it is kept, for as long as <paramref name="isWorthIt"/> says.</summary>
    public async Task<CommitOutcome> InsistAsync(IReadOnlyList<PartitionRun> runs, Func<bool> isWorthIt, CancellationToken cancellationToken)
    {
        var backoff = default(Backoff);
        while (true)
        {
            var outcome = await TryAsync(runs, cancellationToken);
            if (outcome != CommitOutcome.NoAnswer || !isWorthIt())
            {
                return outcome;
            }

            await Task.Delay(backoff.Next(), consumer.Client.Clock, cancellationToken);
        }
    }

    private async Task<CommitOutcome> CommitAsync(List<(PartitionRun Run, Commit Commit)> pending, CancellationToken cancellationToken)
    {
        var request = new CommitRequest(consumer.Group, new Committer.Member(consumer.Member), [.. pending.Select(each => each.Commit)]);
        CommitResult result;
        try
        {
            result = await consumer.Client.TryAsync(
                token => consumer.Client.Broker.CommitAsync(request, token), consumer.Client.Options.CallTimeout, cancellationToken);
        }
        catch (Exception problem) when (Membership.IsOutage(problem, cancellationToken))
        {
            consumer.Logger.CallFailed(problem, consumer.Group);
            return CommitOutcome.NoAnswer;
        }

        switch (result)
        {
            case CommitResult.Committed committed:
                Settle(pending, committed.Refusals);
                return CommitOutcome.Kept;
            case CommitResult.Refused refused:
                throw new GroupRefusedException(refused.Reason);
            default:
                // The heartbeat is told the same, and says it to everybody.
                return CommitOutcome.NoMember;
        }
    }

    private void Settle(List<(PartitionRun Run, Commit Commit)> pending, IReadOnlyList<CommitRefusal> refusals)
    {
        var refused = refusals.ToDictionary(refusal => refusal.Partition);
        foreach (var (run, commit) in pending)
        {
            run.Progress.Kept(commit);
            if (!refused.TryGetValue(run.Id, out var refusal))
            {
                continue;
            }

            run.IsRefused = refusal.Reason == CommitRefusalReason.NotOwner;
            if (run.IsRefused)
            {
                consumer.Logger.CommitOfOther(consumer.Group, run.Id.Partition, run.Topic);
            }
            else
            {
                consumer.Logger.CommitRefused(consumer.Group, run.Id.Partition, run.Topic, refusal.Detail);
            }
        }
    }
}
