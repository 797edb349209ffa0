using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Groups;

namespace OrleansQueue.Contracts.Broker;

/// <summary>The verbs of groups of kind Queue. What can be nobody's key is answered here, as a group or a partition that is not there.</summary>
internal sealed partial class OrleansBroker
{
    /// <inheritdoc/>
    public async ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        // Half of a surrogate pair would arrive as another character, so the owner is looked at here too, and the rest with it.
        return GroupName.Check(request.Group) is not null ? new LeaseResult.UnknownGroup()
            : request.Check() is { } refusal ? new LeaseResult.Refused(refusal)
            : (await AskQueueAsync(
                request.Group, request.Partition, new(LeaseAnswerKind.UnknownPartition), cursor => cursor.LeaseAsync(LeaseCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public async ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return GroupName.Check(request.Group) is not null ? new SettleResult.UnknownGroup()
            : request.Check() is { } refusal ? new SettleResult.Refused(refusal)
            : (await AskQueueAsync(
                request.Group, request.Partition, new(SettleAnswerKind.UnknownPartition), cursor => cursor.SettleAsync(SettleCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public async ValueTask<WaitResult> WaitForMessagesAsync(WaitRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return (await AskGroupAsync(
            request.Group, new(WaitAnswerKind.UnknownGroup), grain => grain.WaitForMessagesAsync(WaitCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public ValueTask<QueueStatus?> DescribeQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskQueueAsync(group, partition, null, cursor => cursor.DescribeAsync(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DeadLetters?> FindDeadLettersAsync(string group, TopicPartition partition, CancellationToken cancellationToken) =>
        AskQueueAsync(group, partition, null, cursor => cursor.FindDeadLettersAsync(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> RedriveAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskQueueAsync(group, partition, null, cursor => cursor.RedriveAsync(LettersCall.Of(letters)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> PurgeDeadLettersAsync(string group, TopicPartition partition, IReadOnlyList<OffsetRange>? letters, CancellationToken cancellationToken) =>
        AskQueueAsync(group, partition, null, cursor => cursor.PurgeAsync(LettersCall.Of(letters)), cancellationToken);

    private async ValueTask<T> AskQueueAsync<T>(
        string group, TopicPartition partition, T absent, Func<IQueueCursorGrain, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var key = new QueueCursorKey(group, partition);
        return key.IsGood ? await CallAsync(() => call(key.GrainOf(grains)), cancellationToken) : absent;
    }
}
