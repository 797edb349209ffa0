using System.Globalization;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.History.Queues;
using OrleansQueue.Queues;
using OrleansQueue.Simulation.Brokers;

namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// Takes down what queue groups do, at the cursors themselves: a lease whose answer was lost holds all the same, and a completion that nobody
/// heard of is one.
/// </summary>
internal sealed class QueueLedger(Scene scene)
{
    // What lies between a message and whoever waits for it: some calls within the broker, each up to 4 ms, and a write.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50 + 40);

    // What failures pause is nobody's to have, one pause after the other as long as what is tried fails.
    private static readonly TimeSpan PausedWait = TimeSpan.FromDays(1);

    private readonly Dictionary<string, QueueSettings> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<QueueHost, int> _owners = [];
    private readonly Dictionary<(QueueMessage Message, long Lease), int> _deliveries = [];

    /// <summary>What was taken down.</summary>
    public QueueRecorder Recorder { get; } = new();

    private long Now => scene.World.Now;

    public void Group(string group, QueueSettings settings)
    {
        _groups.Add(group, settings);
        var longest = settings.Breaker is null ? LongestWait : PausedWait;
        Recorder.Group(group, new QueueRules(settings.OrderedByKey, settings.MaxDeliveries, longest.Ticks, scene.Plan.RetentionTime is not null));
    }

    /// <summary>A group is there. What is published from now on it must get, and retention must leave it until then.</summary>
    public void Begun(string group)
    {
        if (_begun.TryAdd(group, scene.LastValue))
        {
            scene.World.Note(group, "is there");
        }
    }

    /// <summary>A message was acknowledged, or found where it was published when all was well again, so a group must get it, unless it begins later and retention takes it first.</summary>
    public void Stored(TopicPartition partition, long offset, long value)
    {
        foreach (var group in _groups.Keys.Where(group => !scene.Damage.IsTouched(partition) && IsToGet(group, value)))
        {
            Recorder.Stored(MessageOf(group, partition, offset), Messages.KeyOf(value));
        }
    }

    /// <summary>A message can be leased from now on.</summary>
    public void Visible(TopicPartition partition, long offset, long value)
    {
        foreach (var group in _groups.Keys)
        {
            Recorder.Visible(MessageOf(group, partition, offset), Messages.KeyOf(value), Now);
        }
    }

    /// <summary>A cursor is about to append a dead letter.</summary>
    public void Burying(QueueKey queue, ReadOnlyMemory<byte> letter) => ForEachLetter([letter], (_, offset) => Recorder.Dying(MessageOf(queue.Group, queue.Partition, offset)));

    /// <summary>What a dead-letter topic holds.</summary>
    public void Letters(string group, TopicId topic, IReadOnlyList<ReadOnlyMemory<byte>> parts) =>
        ForEachLetter(parts, (partition, offset) => Recorder.Letter(MessageOf(group, new TopicPartition(topic, partition), offset)));

    /// <summary>Has a cursor take a request for messages, on its silo.</summary>
    public async ValueTask<LeaseResult> LeaseAsync(QueueHost host, LeaseRequest request, long asked)
    {
        var settling = Begin(host, request.Group, request.Partition, request.Settlements, asked);
        var began = Recorder.Leasing();
        var result = await host.LeaseAsync(request, CancellationToken.None);
        if (result is LeaseResult.Leased leased)
        {
            End(settling, leased.Refusals);
            foreach (var (offset, delivery) in OffsetsOf(leased))
            {
                var message = MessageOf(request.Group, request.Partition, offset);
                _deliveries[(message, leased.Lease.Number)] = delivery;
                Recorder.Leased(began, message, leased.Lease.Number, delivery, OwnerOf(host), Now, asked, leased.ValidFor.Ticks);
            }
        }

        return result;
    }

    /// <summary>Has a cursor take settlements, on its silo.</summary>
    public async ValueTask<SettleResult> SettleAsync(QueueHost host, SettleRequest request, long asked)
    {
        var settling = Begin(host, request.Group, request.Partition, request.Settlements, asked);
        var result = await host.SettleAsync(request, CancellationToken.None);
        if (result is SettleResult.Settled settled)
        {
            End(settling, settled.Refusals);
        }

        return result;
    }

    /// <summary>The messages of a lease.</summary>
    public static IEnumerable<(long Offset, int Delivery)> OffsetsOf(LeaseResult.Leased leased) => leased.Selection.SelectMany(range =>
        Enumerable.Range(0, (int)(range.End.Value - range.First.Value)).Select(i => (range.First.Value + i, range.DeliveryCount)));

    private bool IsToGet(string group, long value) => scene.Plan.RetentionTime is null || (_begun.TryGetValue(group, out var last) && value > last);

    private QueueMessage MessageOf(string group, TopicPartition partition, long offset) => new(group, scene.KeyOf(partition), offset);

    private int OwnerOf(QueueHost host)
    {
        if (!_owners.TryGetValue(host, out var owner))
        {
            _owners.Add(host, owner = _owners.Count + 1);
        }

        return owner;
    }

    private List<Settling> Begin(QueueHost host, string group, TopicPartition partition, IReadOnlyList<Settlement> settlements, long asked) => [.. settlements.SelectMany(settlement =>
        Enumerable.Range(0, (int)(settlement.Offsets.End.Value - settlement.Offsets.First.Value)).Select(i => settlement.Offsets.First.Plus(i)).Select(offset =>
        {
            var message = MessageOf(group, partition, offset.Value);
            var duration = settlement.Time ?? _groups[group].Lease;
            var token = Recorder.Settling(message, settlement.Lease.Number, EndingOf(settlement.Kind), OwnerOf(host), Now, asked, duration.Ticks);
            return new Settling(token, message, offset, settlement);
        }))];

    private void End(List<Settling> settling, IReadOnlyList<SettleRefusal> refusals)
    {
        foreach (var one in settling)
        {
            var isRefused = refusals.Any(refusal => refusal.Lease == one.Settlement.Lease && refusal.Offsets.Contains(one.Offset));
            scene.Counts.Add(isRefused ? "settlements refused" : $"settled: {EndingOf(one.Settlement.Kind)}");
            Recorder.Settled(one.Token, !isRefused, Now, isRefused ? null : ReadyAt(one));
        }
    }

    private long? ReadyAt(Settling one)
    {
        var settings = _groups[one.Message.Group];
        switch (one.Settlement.Kind)
        {
            case SettlementKind.Release:
                return Now;
            case SettlementKind.Abandon when _deliveries.GetValueOrDefault((one.Message, one.Settlement.Lease.Number), int.MaxValue) is var delivery && delivery < settings.MaxDeliveries:
                var most = Math.Min(settings.Backoff.Ticks * Math.Pow(2, delivery - 1), settings.MaxBackoff.Ticks) * 1.2;
                return Now + (one.Settlement.Time?.Ticks ?? (long)most);
            default:
                return null;
        }
    }

    private static QueueEnding EndingOf(SettlementKind kind) => kind switch
    {
        SettlementKind.Complete => QueueEnding.Complete,
        SettlementKind.Abandon => QueueEnding.Abandon,
        SettlementKind.Release => QueueEnding.Release,
        SettlementKind.DeadLetter => QueueEnding.DeadLetter,
        _ => QueueEnding.Renew,
    };

    /// <summary>Where the letters of some batches say that they come from.</summary>
    private static void ForEachLetter(IReadOnlyList<ReadOnlyMemory<byte>> parts, Action<Partition, long> take)
    {
        var bytes = Messages.Join(parts);
        for (var at = 0; at < bytes.Length;)
        {
            var size = (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes;
            using var batch = OpenedBatch.Open(bytes.AsMemory(at, size), 16 << 20);
            for (var records = batch.GetRecords(); records.MoveNext();)
            {
                int partition = -1, offset = -1;
                for (var headers = records.Current.Headers; headers.MoveNext();)
                {
                    var name = Encoding.UTF8.GetString(headers.Name);
                    partition = name == ReservedHeaders.DeadPartition ? int.Parse(headers.Value.Span, CultureInfo.InvariantCulture) : partition;
                    offset = name == ReservedHeaders.DeadOffset ? int.Parse(headers.Value.Span, CultureInfo.InvariantCulture) : offset;
                }

                take(new Partition(partition), offset);
            }

            at += size;
        }
    }

    private sealed record Settling(QueueSettlementToken Token, QueueMessage Message, Offset Offset, Settlement Settlement);
}
