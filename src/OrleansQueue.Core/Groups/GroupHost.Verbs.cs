using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Groups;

/// <summary>What a broker is asked of one group, see <see cref="IGroupVerbs"/>.</summary>
internal sealed partial class GroupHost
{
    private static readonly TimeSpan DeletionTime = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="IGroupAdminVerbs.CreateGroupAsync"/>
    public async ValueTask<CreateGroupResult> CreateAsync(GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken) =>
        settings.Check() is { } refusal
            ? new CreateGroupResult.Refused(refusal)
            : await CreateAsync(settings, group => group.CreateAsync(settings, topics, cancellationToken));

    /// <inheritdoc cref="IGroupAdminVerbs.FindGroupAsync"/>
    public ValueTask<GroupDescription?> DescribeAsync(CancellationToken cancellationToken) =>
        AskAsync(null, group => group.DescribeAsync(cancellationToken));

    /// <inheritdoc cref="IGroupAdminVerbs.PauseGroupAsync"/>
    public ValueTask<bool> PauseAsync() => AskAsync(false, group => group.PauseAsync());

    /// <inheritdoc cref="IGroupAdminVerbs.ResumeGroupAsync"/>
    public ValueTask<bool> ResumeAsync() => AskAsync(false, group => group.ResumeAsync());

    /// <inheritdoc cref="IGroupAdminVerbs.DeleteGroupAsync"/>
    public async ValueTask<bool> DeleteAsync(CancellationToken cancellationToken)
    {
        var deleted = false;
        await ChangeAsync(async () =>
        {
            if (await FindAsync(toCreate: false) is { } server)
            {
                // A deletion that is cut short half way goes on by itself.
                await (server.Summary is { Kind: GroupKind.Queue } ? SetDutyAsync(Timestamp.Now(_clock).Plus(DeletionTime)) : default);
                deleted = await CallAsync(server, group => group.DeleteAsync(cancellationToken));
                await ForgetIfGoneAsync(server);
            }
        });
        return deleted;
    }

    /// <inheritdoc cref="IMembershipVerbs.JoinGroupAsync"/>
    public async ValueTask<JoinResult> JoinAsync(JoinRequest request, CancellationToken cancellationToken) => GroupServer.Check(request) is { } refusal
        ? new JoinResult.Refused(refusal)
        : request.Create is { } settings
            ? await CreateAsync(settings, group => group.JoinAsync(request, cancellationToken))
            : await AskAsync(new JoinResult.UnknownGroup(), group => group.JoinAsync(request, cancellationToken));

    /// <inheritdoc cref="IMembershipVerbs.HeartbeatAsync"/>
    public ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) =>
        AskAsync(new HeartbeatResult.UnknownGroup(), group => group.HeartbeatAsync(request, cancellationToken));

    /// <inheritdoc cref="IMembershipVerbs.LeaveGroupAsync"/>
    public ValueTask<bool> LeaveAsync(GroupMember member) => AskAsync(false, group => group.LeaveAsync(member));

    /// <inheritdoc cref="IPositionVerbs.CommitAsync"/>
    public ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken) =>
        AskAsync(new CommitResult.UnknownGroup(), group => group.CommitAsync(request, cancellationToken));

    /// <inheritdoc cref="IPositionVerbs.ReadPositionsAsync"/>
    public ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(IReadOnlyList<TopicPartition> partitions) =>
        AskAsync(null, group => group.ReadPositionsAsync(partitions));

    /// <inheritdoc cref="IPositionVerbs.SeekGroupAsync"/>
    public ValueTask<SeekResult> SeekAsync(IReadOnlyList<Position> positions, CancellationToken cancellationToken) =>
        AskAsync(new SeekResult.UnknownGroup(), group => group.SeekAsync(positions, cancellationToken));

    /// <inheritdoc cref="IPositionVerbs.StopPartitionAsync"/>
    public ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken) =>
        AskAsync(new CommitResult.UnknownGroup(), group => group.StopPartitionAsync(request, cancellationToken));

    /// <inheritdoc cref="IPositionVerbs.DeadLetterAsync"/>
    public ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken) =>
        AskAsync(new CommitResult.UnknownGroup(), group => group.DeadLetterAsync(request, cancellationToken));

    /// <inheritdoc cref="IQueueSurroundings.FindQueueAsync"/>
    public ValueTask<QueueLookup> FindQueueAsync(TopicPartition partition, CancellationToken cancellationToken) =>
        AskAsync(new QueueLookup.UnknownGroup(), group => group.FindQueueAsync(partition, cancellationToken));

    /// <inheritdoc cref="IQueueSurroundings.ReportQueueAsync"/>
    public ValueTask<QueuePermit> ReportQueueAsync(TopicPartition partition, QueueReport report) =>
        AskAsync(QueuePermit.Free, group => new ValueTask<QueuePermit>(group.ReportQueue(partition, report)));

    /// <inheritdoc cref="ILeaseVerbs.WaitForMessagesAsync"/>
    public ValueTask<WaitResult> WaitAsync(WaitRequest request, CancellationToken cancellationToken) =>
        AskAsync(new WaitResult.UnknownGroup(), group => group.WaitAsync(request, cancellationToken));

    /// <summary>Does what is due, and answers when to act next; null where nothing more is to be done.</summary>
    public async ValueTask<Timestamp?> RunDutyAsync(CancellationToken cancellationToken)
    {
        Timestamp? next = null;
        await ChangeAsync(async () =>
        {
            if (await FindAsync(toCreate: false) is { } server)
            {
                next = await CallAsync(server, group => group.RunDutyAsync(cancellationToken));
                await ForgetIfGoneAsync(server);
            }

            _duty = next;
        });
        return next;
    }
}
