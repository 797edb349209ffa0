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
    private readonly BrokerMetrics _metrics = new();
    private readonly World _world;
    private readonly Plan _plan;
    private readonly Dice _dice;
    private readonly GroupRegistry _registry = new();
    private readonly Dictionary<TopicPartition, Epoch> _newestOwners = [];
    private readonly List<TopicDescription> _ownTopics = [];
    private readonly Dice _ownDice;
    private long _producerIds = 1_000_000;

    public Cluster(World world, Plan plan, Network network)
    {
        _world = world;
        _plan = plan;
        _dice = world.DiceFor("cluster");
        _ownDice = world.DiceFor("own topics");
        Network = network;
        Silos = [.. Enumerable.Range(1, plan.Silos).Select(number => new Silo($"silo{number}"))];
        Topics = [.. plan.Topics.Select((partitions, number) => new TopicDescription(
            $"topic{number}", new TopicId(_dice.Guid()), new TopicSettings { Partitions = partitions, RetentionTime = plan.RetentionTime }, 1))];
        Partitions = new(CreatePartition, server => server.IsLost, NameOf);
        Groups = new(CreateGroup, host => host.IsLost, group => group);
        Queues = new(CreateQueue, host => host.IsLost, queue => $"{queue.Group} {NameOf(queue.Partition)}");
    }

    public Network Network { get; }

    public IReadOnlyList<Silo> Silos { get; }

    public IReadOnlyList<TopicDescription> Topics { get; }

    public Grains<TopicPartition, PartitionServer> Partitions { get; }

    public Grains<string, GroupHost> Groups { get; }

    /// <summary>The cursors of queue groups.</summary>
    public Grains<QueueKey, QueueHost> Queues { get; }

    /// <summary>The dead-letter topics that there are.</summary>
    public IReadOnlyList<TopicDescription> OwnTopics => _ownTopics;

    /// <summary>Is told of each batch that a cursor is about to append to its dead letters.</summary>
    public Action<QueueKey, ReadOnlyMemory<byte>> Burying { get; set; } = static (_, _) => { };

    /// <summary>How likely a caller goes to an activation that is not the newest.</summary>
    public double StaleRoutes { get; set; }

    /// <summary>All partitions of all topics.</summary>
    public IEnumerable<TopicPartition> AllPartitions =>
        Topics.SelectMany(topic => Enumerable.Range(0, topic.Settings.Partitions).Select(number => new TopicPartition(topic.Id, new Partition(number))));

    /// <summary>A partition as a trace shows it.</summary>
    public string NameOf(TopicPartition partition) => $"{TopicOf(partition).Name}/{partition.Partition}";

    /// <summary>The topic of a partition.</summary>
    public TopicDescription TopicOf(TopicPartition partition) => Topics.Concat(_ownTopics).First(topic => topic.Id == partition.Topic);

    /// <summary>Finds a topic of the broker's own, or creates it. As with the index of groups, that never fails.</summary>
    public TopicDescription OpenOwnTopic(string name, TopicSettings settings)
    {
        var topic = _ownTopics.Find(topic => topic.Name == name);
        if (topic is null)
        {
            _ownTopics.Add(topic = new TopicDescription(name, new TopicId(_ownDice.Guid()), settings, 1));
        }

        return topic;
    }

    /// <summary>The groups that there are. As with the rest of their index, asking for them never fails.</summary>
    public IReadOnlyList<GroupSummary> ListGroups() => _registry.List();

    /// <summary>A number for a producer that no other has.</summary>
    public ProducerId NewProducerId() => new(_producerIds++);

    /// <summary>Whether a later owner than that has answered somebody, so that it was no owner any more, whether it knew or not.</summary>
    public bool IsReplaced(TopicPartition partition, Epoch owner) => owner < _newestOwners.GetValueOrDefault(partition, Epoch.None);

    public async Task<Reply<T>> AskAsync<T>(Process caller, TopicPartition partition, Func<PartitionServer, ValueTask<T>> call, TimeSpan timeout, bool mayRepeat = false, bool mayOutlive = false)
    {
        var reply = await AskAsync(Partitions, caller, partition, call, EpochOfAsync, timeout, mayRepeat, mayOutlive);
        if (!IsReplaced(partition, reply.Owner))
        {
            _newestOwners[partition] = reply.Owner;
        }

        return reply;
    }

    public Task<Reply<T>> AskAsync<T>(Process caller, string group, Func<GroupHost, ValueTask<T>> call, TimeSpan timeout, bool mayRepeat = false, bool mayOutlive = false) =>
        AskAsync(Groups, caller, group, call, _ => new(Epoch.None), timeout, mayRepeat, mayOutlive);

    public Task<Reply<T>> AskAsync<T>(Process caller, QueueKey queue, Func<QueueHost, ValueTask<T>> call, TimeSpan timeout, bool mayRepeat = false, bool mayOutlive = false) =>
        AskAsync(Queues, caller, queue, call, _ => new(Epoch.None), timeout, mayRepeat, mayOutlive);

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
            await Queues.CloseAllAsync(silo);
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
            CheckpointCommits = 5,
            TailCacheBudget = new(_plan.TailCacheBytes),
            Owner = silo.Name,
        };
        var topic = TopicOf(partition);
        return new PartitionServer(
            silo.Store!, partition.Topic, partition.Partition, topic.Settings, options, new QueueHolds(new QueueReaders(this, silo.Process!)), silo.Process!.Clock, new NotedEvents(_world, silo.Process), _metrics);
    }

    private GroupHost CreateGroup(Silo silo, string group) => new(
        group, silo.Store!, new GroupSurroundings(this, silo.Process!), _registry, new GroupServerOptions(), silo.Process!.Clock, new NotedEvents(_world, silo.Process));

    private QueueHost CreateQueue(Silo silo, QueueKey queue) => new(
        queue.Group, queue.Partition, silo.Store!, new QueueSurroundings(this, silo.Process!, queue), silo.Process!.Clock, new NotedEvents(_world, silo.Process));
}
