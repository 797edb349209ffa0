using OrleansQueue.Broker;
using OrleansQueue.History;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>Writes a group's calls into the history: what a member learns with a heartbeat, what it commits, and that it leaves.</summary>
internal sealed class GroupHistory(HistoryRecorder history, string topic)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GroupMember, Dictionary<TopicPartition, AssignedPartition>> _assigned = [];

    /// <summary>A member stops to hand out what is missing in its assignment when it hears so; the broker gives it to another only later.</summary>
    public void Heard(HeartbeatRequest request, HeartbeatResult result)
    {
        lock (_lock)
        {
            if (result is HeartbeatResult.Assigned assigned)
            {
                Take(Consumer.InGroup(request.Group, request.Member.Id), request.Member, assigned);
            }
            else if (result is not HeartbeatResult.Unchanged)
            {
                Gone(request.Group, request.Member);
            }
        }
    }

    public void Gone(string group, GroupMember member)
    {
        lock (_lock)
        {
            _assigned.Remove(member);
            history.MemberGone(Consumer.InGroup(group, member.Id));
        }
    }

    public List<CommitToken> BeginCommits(CommitRequest request)
    {
        var member = ((Committer.Member)request.By).Who;
        return [.. request.Commits.Select(commit => history.BeginCommit(
            Consumer.InGroup(request.Group, member.Id), KeyOf(commit.Position.TopicPartition), commit.Since.Value, commit.Position.Offset.Value))];
    }

    public void Answered(CommitRequest request, List<CommitToken> commits, CommitResult result)
    {
        for (var i = 0; i < commits.Count; i++)
        {
            var partition = request.Commits[i].Position.TopicPartition;
            if (result is CommitResult.Committed committed && committed.Refusals.All(refusal => refusal.Partition != partition))
            {
                history.Committed(commits[i]);
            }
            else
            {
                history.CommitRefused(commits[i]);
            }
        }
    }

    public void Unanswered(List<CommitToken> commits) => commits.ForEach(history.CommitUnknown);

    public PartitionKey KeyOf(TopicPartition partition) => new(topic, partition.Partition.Number);

    private void Take(Consumer consumer, GroupMember member, HeartbeatResult.Assigned assigned)
    {
        var before = _assigned.GetValueOrDefault(member) ?? [];
        var now = assigned.Partitions.ToDictionary(partition => partition.Start.TopicPartition);
        _assigned[member] = now;
        foreach (var (id, had) in before.Where(pair => now.GetValueOrDefault(pair.Key)?.Since != pair.Value.Since))
        {
            history.Revoked(consumer, KeyOf(id), had.Since.Value);
        }

        foreach (var (id, has) in now.Where(pair => before.GetValueOrDefault(pair.Key)?.Since != pair.Value.Since))
        {
            history.Assigned(consumer, KeyOf(id), has.Since.Value, has.Start.Offset.Value);
        }
    }
}
