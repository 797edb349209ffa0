using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.Benchmarks;

/// <summary>A broker that says yes to everything and keeps nothing.</summary>
internal sealed class NullBroker : IBroker
{
    private static readonly ProduceResult Taken = new ProduceResult.Appended(Offset.Zero, default, Durability.Memory);
    private long _producers;

    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => FindTopicToPublishAsync(name, cancellationToken);

    public ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken) =>
        new(new TopicDescription(name, default, new TopicSettings { Partitions = 4 }, 1));

    public ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken) =>
        new(new ProducerIdentity(new(Interlocked.Increment(ref _producers)), new(0)));

    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) => new(Taken);

    public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CreateGroupResult> CreateGroupAsync(string group, GroupSettings settings, IReadOnlyList<string> topics, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<GroupDescription?> FindGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<GroupPage> ListGroupsAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> PauseGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> ResumeGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> DeleteGroupAsync(string group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<JoinResult> JoinGroupAsync(JoinRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<bool> LeaveGroupAsync(string group, GroupMember member, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(string group, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<SeekResult> SeekGroupAsync(string group, IReadOnlyList<Position> positions, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
