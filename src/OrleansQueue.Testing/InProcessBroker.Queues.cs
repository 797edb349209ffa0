using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Testing;

/// <summary>The verbs of groups of kind Queue.</summary>
public sealed partial class InProcessBroker
{
    /// <inheritdoc/>
    public ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => GroupName.Check(request.Group) is not null ? Task.FromResult<LeaseResult>(new LeaseResult.UnknownGroup())
                : request.Check() is { } refusal ? Task.FromResult<LeaseResult>(new LeaseResult.Refused(refusal))
                : _queues.AskAsync(request.Group, request.Partition, new LeaseResult.UnknownPartition(), host => host.LeaseAsync(request, cancellationToken)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => GroupName.Check(request.Group) is not null ? Task.FromResult<SettleResult>(new SettleResult.UnknownGroup())
                : request.Check() is { } refusal ? Task.FromResult<SettleResult>(new SettleResult.Refused(refusal))
                : _queues.AskAsync(request.Group, request.Partition, new SettleResult.UnknownPartition(), host => host.SettleAsync(request, cancellationToken)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(
            () => _groups.AskAsync(request.Group, new WaitResult.UnknownGroup(), host => host.WaitAsync(request, cancellationToken)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskAsync(() => _queues.AskAsync(group, partition, (QueueStatus?)null, host => host.DescribeAsync(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskAsync(() => _queues.AskAsync(group, partition, (DeadLetters?)null, host => host.FindDeadLettersAsync(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskAsync(() => _queues.AskAsync(group, partition, (long?)null, host => host.RedriveAsync(letters, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskAsync(() => _queues.AskAsync(group, partition, (long?)null, host => host.PurgeAsync(letters, cancellationToken)), cancellationToken);
}
