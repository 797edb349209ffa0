using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// Leases and settles messages of one partition for a queue group, call by call, as who asks decides: nothing is leased ahead, renewed or
/// settled by itself, and nobody is a member. Safe to use from many threads.
/// <para>
/// Each call waits through an outage of up to <see cref="ClientOptions.ConnectTimeout"/> and throws <see cref="BrokerUnavailableException"/>
/// after that. A call whose answer was lost is made again: messages of a lease that was lost so come again when it is over, and
/// settlements that were made the first time are then named as refused.
/// </para>
/// </summary>
public sealed class QueuePartition
{
    private readonly ClientContext _client;
    private readonly TopicPartition _id;
    private readonly string _owner;

    internal QueuePartition(ClientContext client, string group, string topic, TopicPartition id, string owner)
    {
        _client = client;
        _id = id;
        _owner = owner;
        Group = group;
        Topic = topic;
    }

    /// <summary>The group.</summary>
    public string Group { get; }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition => _id.Partition;

    /// <summary>Leases messages that nobody else has, as many as there are now. It never waits for more.</summary>
    /// <param name="max">The most messages: 0 to 10,000, where 0 only settles.</param>
    /// <param name="lease">How long the lease holds. Default: as the group says; 1 s to 12 h.</param>
    /// <param name="settlements">What to settle first, in the same write.</param>
    /// <param name="maxBytes">The most bytes of the answer, unless its first batch alone is larger.</param>
    /// <param name="cancellationToken">Ends the wait; the messages may be leased all the same.</param>
    /// <exception cref="GroupDeletedException">There is no such group.</exception>
    /// <exception cref="GroupKindException">The group is of another kind.</exception>
    /// <exception cref="UnknownPartitionException">The group does not read that partition.</exception>
    /// <exception cref="PartitionDamagedException">What comes next is damaged.</exception>
    /// <exception cref="GroupRefusedException">An argument is out of its range.</exception>
    public Task<LeaseBatch> LeaseBatchAsync(
        int max = 500, TimeSpan? lease = null, IReadOnlyList<Settlement>? settlements = null, int maxBytes = FetchRequest.DefaultMaxBytes, CancellationToken cancellationToken = default)
    {
        var request = new LeaseRequest(Group, _id, _owner) { MaxMessages = max, MaxBytes = maxBytes, Duration = lease, Settlements = settlements ?? [] };
        return _client.Background.RunAsync(async () => new LeaseBatch(Topic, await AskAsync(
            "Leasing", token => _client.Broker.LeaseAsync(request, token), static result => result is LeaseResult.Throttled { After: var after } ? after : result is LeaseResult.Fenced ? TimeSpan.Zero : null, cancellationToken) switch
        {
            LeaseResult.Leased leased => leased,
            LeaseResult.UnknownGroup => throw new GroupDeletedException(Group),
            LeaseResult.OtherKind other => throw new GroupKindException(Group, other.Kind),
            LeaseResult.UnknownPartition => throw new UnknownPartitionException(Topic, Partition),
            LeaseResult.Damaged damaged => throw new PartitionDamagedException(Topic, Partition, damaged.Reason),
            LeaseResult.Refused refused => throw new GroupRefusedException(refused.Reason),
            var answer => throw new BrokerUnavailableException($"An answer that is not understood: {answer}"),
        }));
    }

    /// <summary>Settles messages, each settlement by itself.</summary>
    /// <param name="settlements">What is to become of which messages; at most 10,000.</param>
    /// <param name="cancellationToken">Ends the wait; they may be settled all the same.</param>
    /// <returns>Which were refused, since they are not held under that lease any more; often none.</returns>
    /// <inheritdoc cref="LeaseBatchAsync"/>
    public Task<IReadOnlyList<SettleRefusal>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        var request = new SettleRequest(Group, _id, settlements);
        return _client.Background.RunAsync(async () => await AskAsync(
            "Settling", token => _client.Broker.SettleAsync(request, token), static result => result is SettleResult.Throttled { After: var after } ? after : result is SettleResult.Fenced ? TimeSpan.Zero : null, cancellationToken) switch
        {
            SettleResult.Settled settled => settled.Refusals,
            SettleResult.UnknownGroup => throw new GroupDeletedException(Group),
            SettleResult.UnknownPartition => throw new UnknownPartitionException(Topic, Partition),
            SettleResult.Refused refused => throw new GroupRefusedException(refused.Reason),
            var answer => throw new BrokerUnavailableException($"An answer that is not understood: {answer}"),
        });
    }

    /// <summary>Asks until the answer says that the call was heard.</summary>
    private async Task<T> AskAsync<T>(string what, Func<CancellationToken, ValueTask<T>> call, Func<T, TimeSpan?> askAgainAfter, CancellationToken cancellationToken)
    {
        what = $"{what} messages of group {Group}";
        var outage = new Outage(_client.Options.ConnectTimeout, _client.Clock);
        while (true)
        {
            var result = await _client.InsistAsync(what, call, cancellationToken);
            if (askAgainAfter(result) is not { } after)
            {
                return result;
            }

            await outage.WaitAsync(what, null, after, cancellationToken);
        }
    }
}
