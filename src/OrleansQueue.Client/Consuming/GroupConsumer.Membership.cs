using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a membership does to a member of a stream group.</summary>
internal sealed partial class GroupConsumer
{
    IReadOnlyList<Release> IMembershipHolder.Released
    {
        get
        {
            lock (_lock)
            {
                return [.. _released];
            }
        }
    }

    void IMembershipHolder.Joined()
    {
        lock (_lock)
        {
            _released.Clear();
        }
    }

    void IMembershipHolder.Silenced()
    {
        Logger.Silent(Group, MemberId, _membership.Silence);
        List<PartitionRun> lost;
        lock (_lock)
        {
            lost = [.. LoseDepartures(), .. _runs.Values];
        }

        lost.ForEach(run => run.Cancel());
    }

    async Task<bool> IMembershipHolder.ReturnAsync()
    {
        // The group kept the membership, but what was in hand is cancelled; a new one begins where the finished ended.
        await _commits.TryAsync(Runs(), _ended);
        return true;
    }

    void IMembershipHolder.Expelled()
    {
        List<PartitionRun> lost;
        lock (_lock)
        {
            lost = AbandonAll();
        }

        lost.ForEach(run => run.Cancel());
    }

    void IMembershipHolder.End() => _ending.Cancel();

    private static MemberSession SessionOf(MemberPlan plan, string memberId)
    {
        var options = plan.Options;
        var create = options.CreateGroup ? new GroupSettings { Start = options.Start.Query, Ephemeral = options.Ephemeral } : null;
        return new(
            plan.Group, memberId, plan.Topics, create, options.ClientName, options.SessionTimeout, options.HeartbeatInterval, options.DrainTimeout, plan.IsPatient);
    }
}
