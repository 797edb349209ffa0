using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>
/// The broker as a group's members ask it, with a watch that writes down who was assigned what and who committed what. All else goes
/// through.
/// </summary>
internal sealed class WatchedBroker(IBroker broker, GroupHistory history) : IBroker
{
    public async ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        var result = await broker.HeartbeatAsync(request, cancellationToken);
        history.Heard(request, result);
        return result;
    }

    public ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken)
    {
        history.Gone(group, member);
        return broker.LeaveGroupAsync(group, member, cancellationToken);
    }

    public async ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var commits = history.BeginCommits(request);
        try
        {
            var result = await broker.CommitAsync(request, cancellationToken);
            history.Answered(request, commits, result);
            return result;
        }
        catch
        {
            history.Unanswered(commits);
            throw;
        }
    }

    public ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken) => broker.JoinGroupAsync(request, cancellationToken);

    public ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) => broker.CreateTopicAsync(name, settings, cancellationToken);

    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => broker.FindTopicAsync(name, cancellationToken);

    public ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken) => broker.FindTopicToPublishAsync(name, cancellationToken);

    public ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken) => broker.ListTopicsAsync(after, limit, cancellationToken);

    public ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken) => broker.AlterTopicAsync(name, settings, version, cancellationToken);

    public ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken) => broker.DeleteTopicAsync(name, cancellationToken);

    public ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken) => broker.InitProducerAsync(current, cancellationToken);

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) => broker.ProduceAsync(topic, partition, batch, cancellationToken);

    public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) => broker.FetchAsync(request, cancellationToken);

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) => broker.ListOffsetsAsync(topic, partition, query, cancellationToken);

    public ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken) => broker.DescribePartitionAsync(topic, partition, cancellationToken);

    public ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken) => broker.DescribeClusterAsync(cancellationToken);

    public ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken) => broker.RaiseFormatAsync(cancellationToken);

    public ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken) => broker.CreateGroupAsync(group, settings, topics, cancellationToken);

    public ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken) => broker.FindGroupAsync(group, cancellationToken);

    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => broker.ListGroupsAsync(after, limit, cancellationToken);

    public ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken) => broker.PauseGroupAsync(group, cancellationToken);

    public ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken) => broker.ResumeGroupAsync(group, cancellationToken);

    public ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken) => broker.DeleteGroupAsync(group, cancellationToken);

    public ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => broker.ReadPositionsAsync(group, partitions, cancellationToken);

    public ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken) => broker.SeekGroupAsync(group, positions, cancellationToken);

    public ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken) => broker.StopPartitionAsync(request, cancellationToken);

    public ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken) => broker.DeadLetterAsync(request, cancellationToken);

    public ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) => broker.LeaseAsync(request, cancellationToken);

    public ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken) => broker.SettleAsync(request, cancellationToken);

    public ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken) => broker.WaitForMessagesAsync(request, cancellationToken);

    public ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => broker.DescribeQueueAsync(group, partition, cancellationToken);

    public ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => broker.FindDeadLettersAsync(group, partition, cancellationToken);

    public ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) => broker.RedriveAsync(group, partition, letters, cancellationToken);

    public ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) => broker.PurgeDeadLettersAsync(group, partition, letters, cancellationToken);
}
