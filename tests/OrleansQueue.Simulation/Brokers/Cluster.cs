using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>The broker's side: silos with their partitions and groups, and how callers find them.</summary>
internal sealed class Cluster : IDisposable
{
    // What callers of the broker's own parts wait at most, shorter than the call of a client that may be behind it.
    private static readonly TimeSpan InnerTimeout = TimeSpan.FromSeconds(3);

    private readonly BrokerMetrics _metrics = new();
    private readonly World _world;
    private readonly Plan _plan;
    private readonly Dice _dice;
    private readonly GroupRegistry _registry = new();
    private readonly Dictionary<TopicPartition, Epoch> _newestOwners = [];
    private long _producerIds = 1_000_000;

    public Cluster(World world, Plan plan, Network network)
    {
        _world = world;
        _plan = plan;
        _dice = world.DiceFor("cluster");
        Network = network;
        Silos = [.. Enumerable.Range(1, plan.Silos).Select(number => new Silo($"silo{number}"))];
        Topics = [.. plan.Topics.Select((partitions, number) => new TopicDescription(
            $"topic{number}", new TopicId(_dice.Guid()), new TopicSettings { Partitions = partitions, RetentionTime = plan.RetentionTime }, 1))];
        Partitions = new(CreatePartition, server => server.IsLost, NameOf);
        Groups = new(CreateGroup, host => host.IsLost, group => group);
    }

    public Network Network { get; }

    public IReadOnlyList<Silo> Silos { get; }

    public IReadOnlyList<TopicDescription> Topics { get; }

    public Grains<TopicPartition, PartitionServer> Partitions { get; }

    public Grains<string, GroupHost> Groups { get; }

    /// <summary>How likely a caller goes to an activation that is not the newest.</summary>
    public double StaleRoutes { get; set; }

    /// <summary>All partitions of all topics.</summary>
    public IEnumerable<TopicPartition> AllPartitions =>
        Topics.SelectMany(topic => Enumerable.Range(0, topic.Settings.Partitions).Select(number => new TopicPartition(topic.Id, new Partition(number))));

    /// <summary>A partition as a trace shows it.</summary>
    public string NameOf(TopicPartition partition) => $"{Topics.First(topic => topic.Id == partition.Topic).Name}/{partition.Partition}";

    /// <summary>Whether a later owner than that has answered somebody, so that it was no owner any more, whether it knew or not.</summary>
    public bool IsReplaced(TopicPartition partition, Epoch owner) => owner < _newestOwners.GetValueOrDefault(partition, Epoch.None);

    public async Task<Reply<T>> AskAsync<T>(Process caller, TopicPartition partition, Func<PartitionServer, ValueTask<T>> call, TimeSpan timeout, bool mayRepeat = false)
    {
        var reply = await AskAsync(Partitions, caller, partition, call, EpochOfAsync, timeout, mayRepeat, mayOutlive: false);
        if (!IsReplaced(partition, reply.Owner))
        {
            _newestOwners[partition] = reply.Owner;
        }

        return reply;
    }

    public Task<Reply<T>> AskAsync<T>(Process caller, string group, Func<GroupHost, ValueTask<T>> call, TimeSpan timeout, bool mayRepeat = false, bool mayOutlive = false) =>
        AskAsync(Groups, caller, group, call, _ => new(Epoch.None), timeout, mayRepeat, mayOutlive);

    private async Task<Reply<T>> AskAsync<TKey, TServer, T>(
        Grains<TKey, TServer> grains, Process caller, TKey key, Func<TServer, ValueTask<T>> call, Func<TServer, ValueTask<Epoch>> epochOf, TimeSpan timeout, bool mayRepeat, bool mayOutlive)
        where TKey : notnull
        where TServer : IAsyncDisposable
    {
        var found = grains.Find(key, Silos, _dice, _dice.Chance(StaleRoutes));
        var owner = Epoch.None;
        var reply = await Network.CallAsync(caller, found?.Actor, async () =>
        {
            try
            {
                var answer = await call(found!.Server);
                owner = await epochOf(found.Server);
                return answer;
            }
            finally
            {
                grains.RemoveIfLost(key, found!);
            }
        }, timeout, mayRepeat, mayOutlive);
        return reply with { Owner = owner };
    }

    /// <summary>Stops a silo in good order.</summary>
    public async Task StopAsync(Silo silo)
    {
        silo.IsSuspected = true;
        var process = silo.Process!;
        try
        {
            await Partitions.CloseAllAsync(silo);
            await Groups.CloseAllAsync(silo);
            await silo.Store!.DisposeAsync();
        }
        catch (IOException error)
        {
            _world.Note(process.Name, $"stops badly: {error.Message}");
        }

        process.Die("has stopped");
    }

    public void Dispose() => _metrics.Dispose();

    private static async ValueTask<Epoch> EpochOfAsync(PartitionServer server)
    {
        try
        {
            return server.IsLost ? Epoch.None : (await server.DescribeAsync())?.Epoch ?? Epoch.None;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return Epoch.None;
        }
    }

    private PartitionServer CreatePartition(Silo silo, TopicPartition partition)
    {
        var options = new PartitionServerOptions
        {
            SegmentBytes = _plan.SegmentBytes,
            TailCacheBudget = new(_plan.TailCacheBytes),
            Owner = silo.Name,
        };
        var topic = Topics.First(topic => topic.Id == partition.Topic);
        return new PartitionServer(
            silo.Store!, partition.Topic, partition.Partition, topic.Settings, options, silo.Process!.Clock, new NotedEvents(_world, silo.Process), _metrics);
    }

    private GroupHost CreateGroup(Silo silo, string group) => new(
        group, silo.Store!, new Surroundings(this, silo.Process!), _registry, new GroupServerOptions(), silo.Process!.Clock, new NotedEvents(_world, silo.Process));

    /// <summary>The rest of the broker, as a group in a silo asks it: by calls, which may fail.</summary>
    private sealed class Surroundings(Cluster cluster, Process process) : IGroupSurroundings
    {
        private const string NoQueues = "No simulated group leases.";

        public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) =>
            new(cluster.Topics.FirstOrDefault(topic => topic.Name == name));

        public async ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken) =>
            ValueOf(await cluster.AskAsync(process, new TopicPartition(topic, partition), server => server.ListOffsetsAsync(query, CancellationToken.None), InnerTimeout));

        public async ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
            ValueOf(await cluster.AskAsync(process, new TopicPartition(topic, partition), server => server.ProduceAsync(batch), InnerTimeout));

        public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
            throw new NotSupportedException("No member of a simulated group dead-letters.");

        public ProducerId NewProducerId() => new(cluster._producerIds++);

        public ValueTask<QueueNews> WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken) =>
            throw new NotSupportedException(NoQueues);

        public ValueTask SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) => throw new NotSupportedException(NoQueues);

        public ValueTask DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => throw new NotSupportedException(NoQueues);

        private static T ValueOf<T>(Reply<T> reply) => reply.IsAnswer ? reply.Value : throw new BrokerUnavailableException(reply.Problem!);
    }
}
