using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>What a queue group of a test's knows of a message.</summary>
internal sealed class QueuedMessage
{
    public LeaseId? Lease { get; set; }

    public DateTimeOffset Until { get; set; }

    public SettlementKind? Settled { get; set; }

    public int Deliveries { get; set; }
}

/// <summary>One queue group in memory: leases messages of partitions that a test fills, and does with calls as it is told.</summary>
internal sealed class FakeQueue(TimeProvider clock, Func<TopicPartition, FakePartition> partitionOf)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<(TopicPartition, long), QueuedMessage> _messages = [];
    private long _lastLease;

    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most messages that a wait says to lease at first.</summary>
    public int ReadyMessages { get; set; } = 1000;

    /// <summary>Says what becomes of a lease call.</summary>
    public Func<LeaseRequest, Fault> OnLease { get; set; } = _ => Fault.None;

    /// <summary>Says what becomes of a settle call.</summary>
    public Func<SettleRequest, Fault> OnSettle { get; set; } = _ => Fault.None;

    /// <summary>Answers a lease in the queue's place, where it is not null.</summary>
    public Func<LeaseRequest, LeaseResult?> InsteadOfLease { get; set; } = _ => null;

    public List<LeaseRequest> Leases { get; } = [];

    public List<SettleRequest> Settles { get; } = [];

    /// <summary>All settlements that were made, in order.</summary>
    public List<(TopicPartition Partition, Settlement Settlement)> Settlements { get; } = [];

    public List<SettleRefusal> Refusals { get; } = [];

    /// <summary>The messages that leases which are under way ask for.</summary>
    public int Asked { get; private set; }

    public int Waits { get; private set; }

    public int Waiting { get; private set; }

    public int LeasedNow => _messages.Values.Count(message => message.Lease is not null && message.Until > clock.GetUtcNow());

    public QueuedMessage At(TopicPartition partition, long offset)
    {
        if (!_messages.TryGetValue((partition, offset), out var message))
        {
            _messages[(partition, offset)] = message = new QueuedMessage();
        }

        return message;
    }

    public IEnumerable<long> OffsetsSettled(SettlementKind kind) => Settlements
        .Where(each => each.Settlement.Kind == kind)
        .SelectMany(each => Enumerable.Range((int)each.Settlement.Offsets.First.Value, (int)(each.Settlement.Offsets.End.Value - each.Settlement.Offsets.First.Value)))
        .Select(offset => (long)offset);

    public async ValueTask<LeaseResult> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        Assert.Null(request.Check());
        var isAsking = true;
        Asked += request.MaxMessages;
        Leases.Add(request);
        try
        {
            return await FaultAsync(OnLease(request), () => InsteadOfLease(request) ?? Lease(Answered()), cancellationToken);
        }
        finally
        {
            Answered();
        }

        // What was asked for is leased in one step with that, or it would be counted twice.
        LeaseRequest Answered()
        {
            Asked -= isAsking ? request.MaxMessages : 0;
            isAsking = false;
            return request;
        }
    }

    public async ValueTask<SettleResult> SettleAsync(SettleRequest request, CancellationToken cancellationToken)
    {
        Assert.Null(request.Check());
        Settles.Add(request);
        return await FaultAsync<SettleResult>(OnSettle(request), () => new SettleResult.Settled(Settle(request.Partition, request.Settlements)), cancellationToken);
    }

    public async ValueTask<WaitResult> WaitAsync(WaitRequest request, IEnumerable<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Waits++;
        Waiting++;
        try
        {
            var over = clock.GetUtcNow() + request.MaxWait;
            while (true)
            {
                await Task.Yield();
                var ready = partitions.Select(partition => new ReadyPartition(partition, Math.Min(ReadyMessages, Available(partition).Count()))).Where(each => each.Messages > 0).ToList();
                if (ready.Count != 0 || clock.GetUtcNow() >= over)
                {
                    return new WaitResult.Ready(ready);
                }

                await clock.After(Poll, cancellationToken);
            }
        }
        finally
        {
            Waiting--;
        }
    }

    private static async ValueTask<T> FaultAsync<T>(Fault fault, Func<T> call, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await (fault.Before ?? Task.CompletedTask).WaitAsync(cancellationToken);
        if (fault.LosesCall)
        {
            throw new BrokerUnavailableException("The call was lost.");
        }

        var answer = call();
        await (fault.After ?? Task.CompletedTask).WaitAsync(cancellationToken);
        return fault.LosesAnswer ? throw new BrokerUnavailableException("The answer was lost.") : answer;
    }

    private LeaseResult.Leased Lease(LeaseRequest request)
    {
        var refusals = Settle(request.Partition, request.Settlements);
        var taken = Available(request.Partition).Take(request.MaxMessages).ToList();
        var lease = new LeaseId(new Epoch(3), ++_lastLease);
        var selection = new List<LeasedRange>();
        foreach (var offset in taken)
        {
            var message = At(request.Partition, offset);
            (message.Lease, message.Until) = (lease, clock.GetUtcNow() + (request.Duration ?? LeaseTime));
            message.Deliveries++;
            if (selection.Count != 0 && selection[^1] is var last && last.End.Value == offset && last.DeliveryCount == message.Deliveries)
            {
                selection[^1] = last with { End = new(offset + 1) };
            }
            else
            {
                selection.Add(new(new(offset), new(offset + 1), message.Deliveries));
            }
        }

        var parts = partitionOf(request.Partition).Batches
            .Where(batch => taken.Exists(offset => batch.Header.BaseOffset.Value <= offset && offset < batch.Header.NextOffset.Value))
            .Select(batch => (ReadOnlyMemory<byte>)batch.Bytes).ToList();
        return new(lease, parts, selection, request.Duration ?? LeaseTime, false, taken.Count != 0 && Available(request.Partition).Any(), refusals);
    }

    private List<SettleRefusal> Settle(TopicPartition partition, IReadOnlyList<Settlement> settlements)
    {
        var refusals = new List<SettleRefusal>();
        foreach (var settlement in settlements)
        {
            for (var offset = settlement.Offsets.First.Value; offset < settlement.Offsets.End.Value; offset++)
            {
                var message = At(partition, offset);
                if (message.Lease != settlement.Lease || message.Until <= clock.GetUtcNow())
                {
                    refusals.Add(new(settlement.Lease, new(new(offset), new(offset + 1))));
                    continue;
                }

                Apply(message, settlement);
            }

            Settlements.Add((partition, settlement));
        }

        Refusals.AddRange(refusals);
        return refusals;
    }

    private void Apply(QueuedMessage message, Settlement settlement)
    {
        if (settlement.Kind == SettlementKind.Renew)
        {
            message.Until = clock.GetUtcNow() + (settlement.Time ?? LeaseTime);
            return;
        }

        message.Lease = null;
        message.Deliveries -= settlement.Kind == SettlementKind.Release ? 1 : 0;
        message.Until = settlement.Kind == SettlementKind.Abandon ? clock.GetUtcNow() + (settlement.Time ?? Backoff) : default;
        message.Settled = settlement.Kind is SettlementKind.Complete or SettlementKind.DeadLetter ? settlement.Kind : null;
    }

    private IEnumerable<long> Available(TopicPartition partition)
    {
        var end = partitionOf(partition).End.Value;
        var now = clock.GetUtcNow();
        for (var offset = 0L; offset < end; offset++)
        {
            if (At(partition, offset) is { Settled: null } message && message.Until <= now)
            {
                yield return offset;
            }
        }
    }
}
