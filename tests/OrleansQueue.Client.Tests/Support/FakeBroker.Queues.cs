using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>No message is leased here.</summary>
internal sealed partial class FakeBroker
{
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
