using OrleansQueue.Broker;

namespace OrleansQueue.Testing;

/// <summary>The verbs of consumer groups.</summary>
public sealed partial class InProcessBroker
{
    /// <inheritdoc/>
    public ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(topics);
        return AskAsync(
            () => _groups.AskAsync(group, refusal => new CreateGroupResult.Refused(refusal), host => host.CreateAsync(settings, topics, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.AskAsync(group, (GroupDescription?)null, host => host.DescribeAsync(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.ListAsync(after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.AskAsync(group, false, host => host.PauseAsync()), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.AskAsync(group, false, host => host.ResumeAsync()), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.AskAsync(group, false, host => host.DeleteAsync(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, refusal => new JoinResult.Refused(refusal), host => host.JoinAsync(request, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, new HeartbeatResult.UnknownGroup(), host => host.HeartbeatAsync(request, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken) =>
        AskAsync(() => _groups.AskAsync(group, false, host => host.LeaveAsync(member)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, new CommitResult.UnknownGroup(), host => host.CommitAsync(request, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(
        string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        return AskAsync(
            () => _groups.AskAsync(group, (IReadOnlyList<CommittedPosition>?)null, host => host.ReadPositionsAsync(partitions)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        return AskAsync(() => _groups.AskAsync(group, new SeekResult.UnknownGroup(), host => host.SeekAsync(positions, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, new CommitResult.UnknownGroup(), host => host.StopPartitionAsync(request, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, new CommitResult.UnknownGroup(), host => host.DeadLetterAsync(request, cancellationToken)), cancellationToken);
    }
}
