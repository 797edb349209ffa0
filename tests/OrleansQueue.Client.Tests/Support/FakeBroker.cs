using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>One produce call, as a test sees it before it decides what becomes of it.</summary>
internal sealed record ProduceCall(Partition Partition, ReadOnlyMemory<byte> Batch, RecordBatchHeader Header, int Number);

/// <summary>A broker in memory that fails as it is told.</summary>
internal sealed partial class FakeBroker(ManualClock clock) : IBroker
{
    private readonly Dictionary<string, TopicDescription> _topics = [];
    private readonly Dictionary<(TopicId, int), FakePartition> _partitions = [];
    private long _lastProducer = 100;
    private int _created;

    /// <summary>Every produce call so far, in order.</summary>
    public List<ProduceCall> Produced { get; } = [];

    /// <summary>Says what becomes of a produce call. Default: nothing but its due.</summary>
    public Func<ProduceCall, Fault> OnProduce { get; set; } = _ => Fault.None;

    /// <summary>Answers a fetch in the partition's place, where it is not null.</summary>
    public Func<FetchRequest, FetchResult?> OnFetch { get; set; } = _ => null;

    /// <summary>Keeps a fetch, counted from 1, from an answer until the task ends, where it is not null.</summary>
    public Func<int, Task?> HoldFetch { get; set; } = _ => null;

    /// <summary>Is called before each call but produce and fetch; it may throw.</summary>
    public Action<string> OnCall { get; set; } = _ => { };

    /// <summary>Where answers of fetches are cut into parts, in bytes from their beginning.</summary>
    public int? PartBytes { get; set; }

    public int Inits { get; private set; }

    public int Fetches { get; private set; }

    public TopicDescription CreateTopic(string name, int partitions, TimestampKind timestamps = TimestampKind.Append)
    {
        var id = new TopicId(new Guid(++_created, 0, 0, new byte[8]));
        return _topics[name] = new TopicDescription(name, id, new TopicSettings { Partitions = partitions, Timestamps = timestamps }, 1);
    }

    public void Grow(string name, int partitions) =>
        _topics[name] = _topics[name] with { Settings = _topics[name].Settings with { Partitions = partitions } };

    public void Delete(string name) => _topics.Remove(name);

    public FakePartition PartitionOf(string topic, int number) => PartitionOf(_topics[topic].Id, number);

    public async ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        await CallAsync("create");
        return _topics.TryGetValue(name, out var there)
            ? new CreateTopicResult.Exists(there)
            : new CreateTopicResult.Created(CreateTopic(name, settings.Partitions, settings.Timestamps));
    }

    public async ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken)
    {
        await CallAsync("find");
        return _topics.GetValueOrDefault(name);
    }

    public ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken) => FindTopicAsync(name, cancellationToken);

    public async ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken)
    {
        await CallAsync("init");
        Inits++;
        return current?.Next() ?? new ProducerIdentity(new(++_lastProducer), new(0));
    }

    public async ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        var call = new ProduceCall(partition, batch, RecordBatchHeader.Read(batch.Span), Produced.Count);
        Produced.Add(call);
        var fault = OnProduce(call);
        await Task.Yield();
        if (fault.Before is { } before)
        {
            await before.WaitAsync(fault.IgnoresCancellation ? CancellationToken.None : cancellationToken);
        }

        if (fault.Instead is { } instead)
        {
            return instead;
        }

        if (fault.LosesCall)
        {
            throw new BrokerUnavailableException("The call was lost.");
        }

        var result = _topics.Values.Any(known => known.Id == topic && partition.Number < known.Settings.Partitions)
            ? await PartitionOf(topic, partition.Number).AppendAsync(batch)
            : new ProduceResult.UnknownPartition();
        if (fault.After is { } after)
        {
            await after.WaitAsync(fault.IgnoresCancellation ? CancellationToken.None : cancellationToken);
        }

        return fault.LosesAnswer ? throw new BrokerUnavailableException("The answer was lost.") : result;
    }

    public async ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        if (HoldFetch(++Fetches) is { } hold)
        {
            await hold.WaitAsync(cancellationToken);
        }

        var wait = clock.After(request.MaxWait, cancellationToken);
        while (true)
        {
            await Task.Yield();
            if (OnFetch(request) is { } scripted)
            {
                return scripted;
            }

            var partition = PartitionOf(request.From.Topic, request.From.Partition.Number);
            var changed = partition.Changed;
            var batches = partition.Batches.Where(batch => batch.Header.NextOffset > request.From.Offset).ToList();
            if (batches.Count != 0 || wait.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return FetchAnswer.Of(request, partition, batches, PartBytes);
            }

            await Task.WhenAny(changed, wait);
        }
    }

    public async ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken)
    {
        await CallAsync("offsets");
        var log = PartitionOf(topic, partition.Number);
        var offset = query switch
        {
            OffsetQuery.Earliest => log.LogStart,
            OffsetQuery.At at => at.Offset,
            OffsetQuery.AtTime time => log.Batches.Find(batch => batch.Header.MaxTimestamp >= time.Time)?.Header.BaseOffset ?? log.End,
            _ => log.End,
        };
        return new ListOffsetsResult.Found(new Position(topic, partition, offset, Epoch.None));
    }

    public ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken)
    {
        await CallAsync("alter");
        return new AlterTopicResult.Altered(_topics[name] = _topics[name] with { Settings = settings, Version = version + 1 });
    }

    public ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task CallAsync(string verb)
    {
        await Task.Yield();
        OnCall(verb);
    }

    private FakePartition PartitionOf(TopicId topic, int number)
    {
        if (!_partitions.TryGetValue((topic, number), out var partition))
        {
            _partitions[(topic, number)] = partition = new FakePartition(clock);
        }

        return partition;
    }
}
