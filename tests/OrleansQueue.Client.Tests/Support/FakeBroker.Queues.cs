using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>One queue group, whatever its name.</summary>
internal sealed partial class FakeBroker
{
    private FakeQueue? _queue;

    public FakeQueue Queue => _queue ??= new FakeQueue(clock, partition => PartitionOf(partition.Topic, partition.Partition.Number));

    /// <summary>Ends a wait for messages in the queue's place, where it is not null.</summary>
    public Func<WaitResult?> OnWait { get; set; } = static () => null;

    public ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) => Queue.LeaseAsync(request, cancellationToken);

    public ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken) => Queue.SettleAsync(request, cancellationToken);

    public async ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken)
    {
        await CallAsync("wait");
        return OnWait() ?? await Queue.WaitAsync(
            request,
            _topics.Values.SelectMany(topic => Enumerable.Range(0, topic.Settings.Partitions).Select(number => new TopicPartition(topic.Id, new(number)))),
            cancellationToken);
    }

    public ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
