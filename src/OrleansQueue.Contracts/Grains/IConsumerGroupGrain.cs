using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Groups;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Grains;

/// <summary>One consumer group, which may or may not be there. Its key is the group's name, which the caller checked.</summary>
[Alias("oq.IConsumerGroupGrain")]
internal interface IConsumerGroupGrain : IGrainWithStringKey, IDutyHolderGrain
{
    /// <inheritdoc cref="IGroupAdminVerbs.CreateGroupAsync"/>
    [Alias("create")]
    ValueTask<CreateGroupAnswer> CreateAsync(GroupSettings settings, string[] topics);

    /// <inheritdoc cref="IGroupAdminVerbs.FindGroupAsync"/>
    [Alias("describe")]
    ValueTask<GroupDescription?> DescribeAsync();

    /// <inheritdoc cref="IGroupAdminVerbs.PauseGroupAsync"/>
    [Alias("pause")]
    ValueTask<bool> PauseAsync();

    /// <inheritdoc cref="IGroupAdminVerbs.ResumeGroupAsync"/>
    [Alias("resume")]
    ValueTask<bool> ResumeAsync();

    /// <inheritdoc cref="IGroupAdminVerbs.DeleteGroupAsync"/>
    [Alias("delete")]
    ValueTask<bool> DeleteAsync();

    /// <inheritdoc cref="IMembershipVerbs.JoinGroupAsync"/>
    [Alias("join")]
    ValueTask<JoinAnswer> JoinAsync(JoinCall call);

    /// <inheritdoc cref="IMembershipVerbs.HeartbeatAsync"/>
    [Alias("heartbeat"), ResponseTimeout("00:00:15")]
    ValueTask<HeartbeatAnswer> HeartbeatAsync(HeartbeatCall call);

    /// <inheritdoc cref="IMembershipVerbs.LeaveGroupAsync"/>
    [Alias("leave")]
    ValueTask<bool> LeaveAsync(GroupMember member);

    /// <inheritdoc cref="IPositionVerbs.CommitAsync"/>
    [Alias("commit"), ResponseTimeout("00:00:10")]
    ValueTask<CommitAnswer> CommitAsync(CommitCall call);

    /// <inheritdoc cref="IPositionVerbs.ReadPositionsAsync"/>
    [Alias("read-positions")]
    ValueTask<PositionsAnswer> ReadPositionsAsync(PositionsCall call);

    /// <inheritdoc cref="IPositionVerbs.SeekGroupAsync"/>
    [Alias("seek")]
    ValueTask<SeekAnswer> SeekAsync(SeekCall call);

    /// <inheritdoc cref="IPositionVerbs.StopPartitionAsync"/>
    [Alias("stop-partition")]
    ValueTask<CommitAnswer> StopPartitionAsync(StopPartitionCall call);

    /// <inheritdoc cref="IPositionVerbs.DeadLetterAsync"/>
    [Alias("dead-letter")]
    ValueTask<CommitAnswer> DeadLetterAsync(DeadLetterCall call);

    /// <inheritdoc cref="IQueueSurroundings.FindQueueAsync"/>
    [Alias("find-queue"), ResponseTimeout("00:00:10")]
    ValueTask<QueueLookupAnswer> FindQueueAsync(TopicId topic, Partition partition);

    /// <inheritdoc cref="IQueueSurroundings.ReportQueueAsync"/>
    [Alias("report-queue"), ResponseTimeout("00:00:10")]
    ValueTask<QueueReportAnswer> ReportQueueAsync(TopicId topic, Partition partition, QueueReportCall report);

    /// <inheritdoc cref="ILeaseVerbs.WaitForMessagesAsync"/>
    [Alias("wait-for-messages"), ResponseTimeout("00:00:15")]
    ValueTask<WaitAnswer> WaitForMessagesAsync(WaitCall call);
}
