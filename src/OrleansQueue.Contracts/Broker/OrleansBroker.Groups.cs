using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Groups;
using OrleansQueue.Groups;

namespace OrleansQueue.Contracts.Broker;

/// <summary>The verbs of consumer groups. A bad name is nobody's key: it is answered here, as a group that is not there or with what is wrong with it.</summary>
internal sealed partial class OrleansBroker
{
    /// <inheritdoc/>
    public async ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(topics);
        return (GroupName.Check(group) ?? settings.Check()) is { } refusal
            ? new CreateGroupResult.Refused(refusal)
            : (await CallAsync(() => GroupOf(group).CreateAsync(settings, [.. topics]), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken) =>
        AskGroupAsync(group, null, grain => grain.DescribeAsync(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, MostListed);

        // As for topics: each shard may hold the next of them all, and one more than is wanted tells whether there are more.
        var pages = await Task.WhenAll(Enumerable.Range(0, GroupIndex.Shards)
            .Select(shard => CallAsync(() => grains.GetGrain<IGroupIndexGrain>(shard).ListAsync(after, limit + 1), cancellationToken).AsTask()));
        var groups = pages.SelectMany(page => page).OrderBy(group => group.Name, StringComparer.Ordinal).Take(limit + 1).ToList();
        return groups.Count > limit
            ? new GroupPage(groups[..limit], groups[limit - 1].Name)
            : new GroupPage(groups, null);
    }

    /// <inheritdoc/>
    public ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken) =>
        AskGroupAsync(group, false, grain => grain.PauseAsync(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken) =>
        AskGroupAsync(group, false, grain => grain.ResumeAsync(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken) =>
        AskGroupAsync(group, false, grain => grain.DeleteAsync(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        // Half of a surrogate pair would arrive as another character, so the member's id is looked at here too.
        return (GroupName.Check(request.Group) ?? GroupName.CheckMember(request.MemberId)) is { } refusal
            ? new JoinResult.Refused(refusal)
            : (await CallAsync(() => GroupOf(request.Group).JoinAsync(JoinCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public async ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await AskGroupAsync(
            request.Group, new(HeartbeatAnswerKind.UnknownGroup), grain => grain.HeartbeatAsync(HeartbeatCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken) =>
        AskGroupAsync(group, false, grain => grain.LeaveAsync(member), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CommitAsync(request.Group, grain => grain.CommitAsync(CommitCall.Of(request)), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(
        string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        return (await AskGroupAsync(group, default, grain => grain.ReadPositionsAsync(PositionsCall.Of(partitions)), cancellationToken)).ToPositions();
    }

    /// <inheritdoc/>
    public async ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        return (await AskGroupAsync(
            group, new(SeekAnswerKind.UnknownGroup, default, null), grain => grain.SeekAsync(SeekCall.Of(positions)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CommitAsync(request.Group, grain => grain.StopPartitionAsync(StopPartitionCall.Of(request)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CommitAsync(request.Group, grain => grain.DeadLetterAsync(DeadLetterCall.Of(request)), cancellationToken);
    }

    private async ValueTask<CommitResult> CommitAsync(string group, Func<IConsumerGroupGrain, ValueTask<CommitAnswer>> call, CancellationToken cancellationToken) =>
        (await AskGroupAsync(group, new(CommitAnswerKind.UnknownGroup), call, cancellationToken)).ToResult();

    private async ValueTask<T> AskGroupAsync<T>(string group, T absent, Func<IConsumerGroupGrain, ValueTask<T>> call, CancellationToken cancellationToken) =>
        GroupName.Check(group) is null ? await CallAsync(() => call(GroupOf(group)), cancellationToken) : absent;

    private IConsumerGroupGrain GroupOf(string group) => grains.GetGrain<IConsumerGroupGrain>(group);
}
