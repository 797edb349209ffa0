using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Groups;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>A queue group in one partition, which lies in memory beside it, as does the topic of its dead letters.</summary>
internal sealed class QueueBench : IQueueSurroundings, IAsyncDisposable
{
    public const string Group = "billing";

    private readonly BrokerMetrics _metrics = new();
    private readonly Dictionary<TopicId, PartitionServer> _partitions = [];
    private int _producers = 100;

    public QueueBench(QueueSettings? settings = null, TopicSettings? topic = null, BreakerSettings? breaker = null)
    {
        // Tests that are about something else fail messages as they like, and count the timers that are set.
        Settings = (settings ?? new QueueSettings()) with { Breaker = breaker };
        Store = new GatedLogStore(new MemoryLogStore(FileStores.Id));
        Topic = NewPartition(topic ?? new TopicSettings());
        Queue = NewHost();
    }

    public QueueSettings Settings { get; }

    public GatedLogStore Store { get; }

    public ManualClock Clock { get; } = new();

    public ToldEvents Told { get; } = new();

    public PartitionServer Topic { get; }

    public QueueHost Queue { get; private set; }

    public TopicPartition Partition { get; } = new(new TopicId(new Guid(1, 0, 0, new byte[8])), new Partition(0));

    /// <summary>What the group says of the partition.</summary>
    public QueueLookup? Lookup { get; set; }

    public bool IsPaused { get; set; }

    public Epoch Incarnation { get; set; } = new(1);

    /// <summary>What the group answers to a report.</summary>
    public Func<QueueReport, ValueTask<QueuePermit>> OnReport { get; set; } = static _ => new(QueuePermit.Free);

    /// <summary>What the group was told, in the order of the reports.</summary>
    public List<QueueReport> Reports { get; } = [];

    /// <summary>Fails fetches while it is set.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Holds fetches from the topic up until it ends.</summary>
    public Task Reading { get; set; } = Task.CompletedTask;

    /// <summary>The topic of dead letters, once there is one.</summary>
    public TopicDescription? DeadTopic { get; private set; }

    /// <summary>What becomes of the next append of a dead letter; it may be stored and answered otherwise.</summary>
    public Func<ProduceResult, ProduceResult> OnDead { get; set; } = result => result;

    /// <summary>The owner dies, without a last word, and another opens the cursor.</summary>
    public void Restart() => Queue = NewHost();

    public QueueHost NewHost() => new(Group, Partition, Store, this, Clock, Told);

    /// <summary>Publishes messages, one batch for each call: texts of the form "tenant@key=value", or without a tenant or a key.</summary>
    public async Task PublishAsync(params string[] messages)
    {
        var builder = new RecordBatchBuilder(256);
        foreach (var message in messages)
        {
            var (tenant, text) = message.Split('@', 2) is [var whose, var rest] ? (whose, rest) : (null, message);
            var split = text.Split('=', 2);
            builder.Append(
                new Timestamp(1_000),
                split.Length == 2 ? new NullableBytes(Encoding.UTF8.GetBytes(split[0])) : NullableBytes.Null,
                Encoding.UTF8.GetBytes(split[^1]).AsSpan(),
                tenant is null ? [] : [new RecordHeader("other"u8.ToArray(), "x"u8.ToArray()), new RecordHeader("oq-tenant"u8.ToArray(), Encoding.UTF8.GetBytes(tenant))]);
        }

        Assert.IsType<ProduceResult.Appended>(await Topic.ProduceAsync(builder.Build(ProducerStamp.None)));
    }

    public async Task<Leased> LeaseAsync(int messages = 500, string owner = "worker", int bytes = FetchRequest.DefaultMaxBytes, params Settlement[] settlements) =>
        new(this, Assert.IsType<LeaseResult.Leased>(await TryLeaseAsync(messages, owner, bytes, settlements)));

    public async Task<LeaseResult> TryLeaseAsync(int messages = 500, string owner = "worker", int bytes = FetchRequest.DefaultMaxBytes, params Settlement[] settlements) =>
        await Queue.LeaseAsync(new LeaseRequest(Group, Partition, owner) { MaxMessages = messages, MaxBytes = bytes, Settlements = settlements }, CancellationToken.None);

    public async Task<IReadOnlyList<SettleRefusal>> SettleAsync(params Settlement[] settlements) =>
        Assert.IsType<SettleResult.Settled>(await Queue.SettleAsync(new SettleRequest(Group, Partition, settlements), CancellationToken.None)).Refusals;

    public async Task<QueueStatus> DescribeAsync() => (await Queue.DescribeAsync(CancellationToken.None))!;

    /// <summary>The dead letters, each as value, reason and deliveries, with the offsets that are open.</summary>
    public async Task<(List<string> Letters, long Open)> ReadDeadAsync()
    {
        var open = (await Queue.FindDeadLettersAsync(CancellationToken.None))!.Open.Sum(range => range.End.Value - range.First.Value);
        var letters = new List<string>();
        if (DeadTopic is { } topic)
        {
            var fetched = Assert.IsType<FetchResult.Fetched>(
                await _partitions[topic.Id].FetchAsync(new FetchRequest(new Position(topic.Id, Partition.Partition, Offset.Zero, Epoch.None)), CancellationToken.None));
            letters.AddRange(DeadReader.Read(fetched.Parts));
        }

        return (letters, open);
    }

    public async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        foreach (var partition in _partitions.Values)
        {
            await partition.DisposeAsync();
        }

        _metrics.Dispose();
    }

    ValueTask<QueueLookup> IQueueSurroundings.FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => new(
        Lookup ?? new QueueLookup.Found(new QueueAssignment(
            "orders", 1, Durability.Fsync, Incarnation, new Position(partition.Topic, partition.Partition, Offset.Zero, Epoch.None), Settings, IsPaused)));

    ValueTask<QueuePermit> IQueueSurroundings.ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken)
    {
        Assert.Equal((Group, Partition), (group, partition));
        Reports.Add(report);
        return OnReport(report);
    }

    async ValueTask<FetchResult> IQueueSurroundings.FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        await (request.From.Topic == Partition.Topic ? Reading : Task.CompletedTask);
        return IsSilent ? throw new BrokerUnavailableException("silent") : await _partitions[request.From.Topic].FetchAsync(request, cancellationToken);
    }

    async ValueTask<ProduceResult> IQueueSurroundings.ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        OnDead(await _partitions[topic].ProduceAsync(batch));

    ValueTask<TopicDescription> IQueueSurroundings.OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        if (DeadTopic is null)
        {
            Assert.Equal(DeadLetterTopic.NameOf(Partition.Topic, Group), name);
            DeadTopic = new TopicDescription(name, new TopicId(new Guid(2, 0, 0, new byte[8])), settings, 1);
            NewPartition(settings, DeadTopic.Id);
        }

        return new(DeadTopic);
    }

    ProducerId IQueueSurroundings.NewProducerId() => new(_producers++);

    private PartitionServer NewPartition(TopicSettings settings, TopicId? id = null)
    {
        var topic = id ?? Partition.Topic;
        return _partitions[topic] = new PartitionServer(Store, topic, Partition.Partition, settings, new PartitionServerOptions(), NoRetentionHolds.Instance, Clock, Told, _metrics);
    }
}

/// <summary>Messages that a test leased.</summary>
internal sealed class Leased(QueueBench bench, LeaseResult.Leased answer)
{
    public LeaseResult.Leased Answer => answer;

    public LeaseId Id => answer.Lease;

    /// <summary>The messages that were selected: the offset, the value and the delivery count of each.</summary>
    public List<(long Offset, string Value, int Count)> Messages => [.. BatchMaker.Read(answer.Parts)
        .SelectMany(record => answer.Selection.Where(range => range.Offsets.Contains(new Offset(record.Offset))).Select(range => (record.Offset, record.Value, range.DeliveryCount)))];

    public string Values => string.Join(" ", Messages.Select(message => message.Value));

    /// <summary>How many records were sent, selected or not.</summary>
    public int Sent => BatchMaker.Read(answer.Parts).Count;

    public Settlement Settlement(SettlementKind kind, long? first = null, long? end = null) => new(
        Id, new OffsetRange(new Offset(first ?? Messages[0].Offset), new Offset(end ?? (first ?? Messages[^1].Offset) + 1)), kind);

    public async Task<int> SettleAsync(SettlementKind kind, long? first = null, long? end = null, TimeSpan? time = null) =>
        (await bench.SettleAsync(Settlement(kind, first, end) with { Time = time })).Count;
}
