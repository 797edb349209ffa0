using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>One group, whatever its name.</summary>
internal sealed partial class FakeBroker
{
    public FakeGroup Group { get; } = new(clock);

    /// <summary>Keeps heartbeats from an answer until the task ends, where it is not null.</summary>
    public Task? HoldHeartbeat { get; set; }

    /// <summary>Keeps the answers of stops back until the task ends, where it is not null.</summary>
    public Task? HoldStopped { get; set; }

    /// <summary>The topic of a name as it is now.</summary>
    public TopicDescription Topic(string name) => _topics[name];

    public async ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("join");
        return Group.Join(request, [.. request.Topics.Select(_topics.GetValueOrDefault)]);
    }

    public async ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("heartbeat");
        await (HoldHeartbeat ?? Task.CompletedTask);
        return await Group.HeartbeatAsync(request, cancellationToken);
    }

    public async ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken)
    {
        await CallAsync("leave");
        return Group.Leave(member);
    }

    public async ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("commit");
        return Group.Commit(request);
    }

    public async ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("stop");
        var result = Group.Stop(request);
        await (HoldStopped ?? Task.CompletedTask);
        return result;
    }

    public async ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("dead letter");
        return Group.DeadLetter(request);
    }

    public ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken) => new(Group.Pause(true));

    public ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken) => new(Group.Pause(false));

    public ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
