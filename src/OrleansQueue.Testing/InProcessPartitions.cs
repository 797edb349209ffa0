using System.Globalization;
using OrleansQueue.Broker;
using OrleansQueue.Duties;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing;

/// <summary>The partitions of all topics, opened when they are first asked for, with what they have to do uncalled.</summary>
internal sealed class InProcessPartitions : ITopicKeepers, IDutyHolders, IAsyncDisposable
{
    private readonly Dictionary<TopicId, TopicDescription> _topics = [];
    private readonly Dictionary<LogId, PartitionServer> _servers = [];
    private readonly ILogStore _store;
    private readonly PartitionServerOptions _options;
    private readonly InProcessDuties _duties;
    private readonly Func<IRetentionHolds> _holds;
    private readonly TimeProvider _clock;
    private readonly BrokerMetrics _metrics = new();

    /// <summary>Partitions on a store.</summary>
    /// <param name="store">Where their records are.</param>
    /// <param name="options">What all of them share.</param>
    /// <param name="duties">What they have to do when their time has come.</param>
    /// <param name="holds">Who still needs what is past its time.</param>
    /// <param name="clock">What time it is.</param>
    public InProcessPartitions(ILogStore store, PartitionServerOptions options, InProcessDuties duties, Func<IRetentionHolds> holds, TimeProvider clock)
    {
        _store = store;
        _options = options;
        _duties = duties;
        _holds = holds;
        _clock = clock;
        duties.AddHolders("p-", this);
    }

    public async ValueTask KeepAsync(TopicDescription topic)
    {
        var before = _topics.GetValueOrDefault(topic.Id);
        if (before is null || before.Version < topic.Version)
        {
            _topics[topic.Id] = topic;
            await ApplyAsync(before?.Settings ?? topic.Settings, topic);
        }
    }

    public async ValueTask DeleteAsync(TopicId topic, int partitions)
    {
        _topics.Remove(topic);
        for (var number = 0; number < partitions; number++)
        {
            var id = LogId.ForPartition(topic, new Partition(number));
            if (_servers.Remove(id, out var server))
            {
                await server.DeleteAsync(CancellationToken.None);
                await server.DisposeAsync();
            }
            else
            {
                await _store.DeleteAsync(id, CancellationToken.None);
            }
        }
    }

    /// <inheritdoc cref="IPartitionVerbs.ProduceAsync"/>
    public async Task<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch)
    {
        if (Find(topic, partition) is not { } server)
        {
            return new ProduceResult.UnknownPartition();
        }

        var result = await server.ProduceAsync(batch);
        if (result is ProduceResult.Appended)
        {
            await SetDutyAsync(LogId.ForPartition(topic, partition), server);
        }

        await ReplaceIfLostAsync(topic, partition, server);
        return result;
    }

    /// <inheritdoc cref="IPartitionVerbs.FetchAsync"/>
    public async Task<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) =>
        Find(request.From.Topic, request.From.Partition) is { } server
            ? await server.FetchAsync(request, cancellationToken)
            : request.Check() is { } refusal ? new FetchResult.Refused(refusal) : new FetchResult.UnknownPartition();

    /// <inheritdoc cref="IPartitionVerbs.ListOffsetsAsync"/>
    public async Task<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        Find(topic, partition) is { } server ? await server.ListOffsetsAsync(query, cancellationToken) : new ListOffsetsResult.UnknownPartition();

    /// <inheritdoc cref="IPartitionVerbs.DescribePartitionAsync"/>
    public async Task<PartitionStatus?> DescribeAsync(TopicId topic, Partition partition) =>
        Find(topic, partition) is { } server ? await server.DescribeAsync() : null;

    /// <summary>A partition's time has come: it deletes what is past its retention.</summary>
    public async ValueTask<Timestamp?> RunAsync(string holder)
    {
        var (topic, partition) = Parse(holder);
        if (Find(topic, partition) is not { } server)
        {
            return null;
        }

        var next = await server.ApplyRetentionAsync(CancellationToken.None);
        await ReplaceIfLostAsync(topic, partition, server);
        return next;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values.ToList())
        {
            await server.DisposeAsync();
        }

        _metrics.Dispose();
    }

    private PartitionServer? Find(TopicId topic, Partition partition)
    {
        if (!_topics.TryGetValue(topic, out var description) || partition.Number < 0 || partition.Number >= description.Settings.Partitions)
        {
            return null;
        }

        var id = LogId.ForPartition(topic, partition);
        if (!_servers.TryGetValue(id, out var server))
        {
            server = new PartitionServer(_store, topic, partition, description.Settings, _options, _holds(), _clock, NoLogEvents.Instance, _metrics);
            _servers.Add(id, server);
        }

        return server;
    }

    private async ValueTask ApplyAsync(TopicSettings before, TopicDescription topic)
    {
        if (before == topic.Settings)
        {
            return;
        }

        var isRetentionOther = before.RetentionTime != topic.Settings.RetentionTime;
        for (var number = 0; number < topic.Settings.Partitions; number++)
        {
            var id = LogId.ForPartition(topic.Id, new Partition(number));
            if (_servers.TryGetValue(id, out var server))
            {
                await server.ApplyAsync(topic.Settings);
            }

            // Also one that is not open may have records that are past the new time.
            if (isRetentionOther)
            {
                await _duties.SetAsync(id.Name, Timestamp.Now(_clock));
            }
        }
    }

    /// <summary>Who has records has a time at which the first of them will be past their retention. It is set once; when it comes, the next is set.</summary>
    private async ValueTask SetDutyAsync(LogId id, PartitionServer server)
    {
        if (!await _duties.HasAsync(id.Name) && await server.NextRetentionAsync(CancellationToken.None) is { } due)
        {
            await _duties.SetAsync(id.Name, due);
        }
    }

    /// <summary>Another broker on the same store opened the partition. As in a cluster, whoever is asked next opens it again.</summary>
    private async ValueTask ReplaceIfLostAsync(TopicId topic, Partition partition, PartitionServer server)
    {
        var id = LogId.ForPartition(topic, partition);
        if (server.IsLost && _servers.GetValueOrDefault(id) == server)
        {
            _servers.Remove(id);
            await server.DisposeAsync();
        }
    }

    // The inverse of LogId.ForPartition.
    private static (TopicId Topic, Partition Partition) Parse(string name)
    {
        var parts = name.Split('-');
        return (new TopicId(Guid.ParseExact(parts[1], "N")), new Partition(int.Parse(parts[2], CultureInfo.InvariantCulture)));
    }
}
