using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Groups;
using OrleansQueue.Queues;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>A group on a store in memory, among topics that the test sets.</summary>
internal sealed partial class GroupBench : IGroupSurroundings
{
    private int _producers;

    public GatedLogStore Store { get; } = new(new MemoryLogStore(FileStores.Id));

    public ManualClock Clock { get; } = new();

    public Dictionary<string, TopicDescription> Topics { get; } = [];

    /// <summary>The end of each partition; 100 where nothing is set.</summary>
    public Dictionary<TopicPartition, long> Ends { get; } = [];

    /// <summary>Partitions that cannot say where they end.</summary>
    public HashSet<TopicPartition> Silent { get; } = [];

    /// <summary>The dead letters that were appended, each once, by producer.</summary>
    public List<ProducerStamp> Dead { get; } = [];

    /// <summary>What becomes of the next append of a dead letter; it may store it and throw all the same.</summary>
    public Func<ProduceResult, ProduceResult> OnDead { get; set; } = result => result;

    /// <summary>What beside each partition keeps how far a queue group is.</summary>
    public TestCursors Cursors { get; } = new();

    public GroupServer Group { get; private set; } = null!;

    public ToldEvents Told { get; } = new();

    public static async Task<GroupBench> OpenAsync(int partitions = 4)
    {
        var bench = new GroupBench();
        bench.AddTopic("orders", partitions);
        await bench.RestartAsync();
        return bench;
    }

    public static async Task<GroupBench> OpenQueueAsync(int partitions = 4, QueueSettings? settings = null)
    {
        var bench = await OpenAsync(partitions);
        Assert.IsType<CreateGroupResult.Created>(await bench.Group.CreateAsync(QueueOf(settings), ["orders"], CancellationToken.None));
        return bench;
    }

    public static GroupSettings QueueOf(QueueSettings? settings = null) => new() { Kind = GroupKind.Queue, Queue = settings ?? new QueueSettings() };

    public void Grow(string topic, int partitions) => Topics[topic] = Topics[topic] with { Settings = Topics[topic].Settings with { Partitions = partitions } };

    public TopicId AddTopic(string name, int partitions)
    {
        var id = new TopicId(new Guid(Topics.Count + 1, 0, 0, [1, 2, 3, 4, 5, 6, 7, (byte)(_producers++)]));
        Topics[name] = new TopicDescription(name, id, new TopicSettings { Partitions = partitions }, 1);
        return id;
    }

    /// <summary>The owner dies, without a last word, and another opens the group.</summary>
    public async Task RestartAsync() =>
        Group = await GroupServer.OpenAsync("billing", Store, this, new GroupServerOptions(), Clock, Told, CancellationToken.None);

    public TopicPartition Of(int number, string topic = "orders") => new(Topics[topic].Id, new Partition(number));

    public Position At(int number, long offset, string topic = "orders") => new(Topics[topic].Id, new Partition(number), new Offset(offset), new Epoch(0));

    public async Task<TestMember> JoinAsync(string id, params string[] topics) => await JoinAsync(new JoinRequest("billing", id, topics.Length == 0 ? ["orders"] : topics));

    public async Task<TestMember> JoinQueueAsync(string id, params string[] topics) =>
        await JoinAsync(new JoinRequest("billing", id, topics.Length == 0 ? ["orders"] : topics) { Create = QueueOf() });

    public async Task<TestMember> JoinAsync(JoinRequest request) =>
        new(this, Assert.IsType<JoinResult.Joined>(await Group.JoinAsync(request, CancellationToken.None)).Member);

    ValueTask<TopicDescription?> IGroupSurroundings.FindTopicAsync(string name, CancellationToken cancellationToken) => new(Topics.GetValueOrDefault(name));

    ValueTask<ListOffsetsResult> IGroupSurroundings.ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken)
    {
        var of = new TopicPartition(topic, partition);
        if (Silent.Contains(of))
        {
            return new(new ListOffsetsResult.Damaged("a file"));
        }

        var offset = query is OffsetQuery.Earliest ? 10 : query is OffsetQuery.AtTime ? 50 : Ends.GetValueOrDefault(of, 100);
        return new(Topics.Values.Any(known => known.Id == topic && partition.Number < known.Settings.Partitions)
            ? new ListOffsetsResult.Found(new Position(topic, partition, new Offset(offset), new Epoch(0)))
            : new ListOffsetsResult.UnknownPartition());
    }

    ValueTask<ProduceResult> IGroupSurroundings.ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken)
    {
        var stamp = RecordBatchHeader.Read(batch.Span).Producer;
        if (Dead.Contains(stamp))
        {
            return new(OnDead(new ProduceResult.Duplicate(null, Durability.Fsync)));
        }

        if (stamp.First != Sequence.Zero && !Dead.Contains(stamp with { First = new Sequence(stamp.First.Value - 1) }))
        {
            return new(new ProduceResult.UnknownProducer());
        }

        Dead.Add(stamp);
        return new(OnDead(new ProduceResult.Appended(Offset.Zero, Timestamp.Now(Clock), Durability.Fsync)));
    }

    ValueTask<TopicDescription> IGroupSurroundings.OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        new(new TopicDescription(name, new TopicId(new Guid(77, 0, 0, new byte[8])), settings, 1));

    ProducerId IGroupSurroundings.NewProducerId() => new(++_producers);

    ValueTask<QueueNews> IGroupSurroundings.WatchQueueAsync(string group, TopicPartition partition, long known, TimeSpan longest, CancellationToken cancellationToken)
    {
        Assert.Equal(FetchRequest.LongestWait, longest);
        return new(Cursors.WatchAsync(partition, known, cancellationToken));
    }

    ValueTask IGroupSurroundings.SeekQueueAsync(string group, Position to, CancellationToken cancellationToken) => new(Cursors.SeekAsync(to));

    ValueTask IGroupSurroundings.DropQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => new(Cursors.DropAsync(partition));
}

/// <summary>A member as its client plays it.</summary>
internal sealed class TestMember(GroupBench bench, GroupMember who)
{
    private readonly List<Release> _released = [];

    public GroupMember Who => who;

    public Generation Known { get; private set; }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<AssignedPartition> Has { get; private set; } = [];

    public IEnumerable<int> Numbers => Has.Select(partition => partition.Start.Partition.Number).Order();

    /// <summary>A sign of life, and what it brought; it releases what it is to give up, unless it holds on to it.</summary>
    public async Task<HeartbeatResult> BeatAsync(bool holdsOn = false, TimeSpan wait = default)
    {
        var request = new HeartbeatRequest("billing", who, Known) { Released = [.. _released], MaxWait = wait };
        var result = await bench.Group.HeartbeatAsync(request, CancellationToken.None);
        _released.Clear();
        if (result is HeartbeatResult.Assigned assigned)
        {
            var kept = assigned.Partitions.Select(partition => partition.Start.TopicPartition).ToHashSet();
            _released.AddRange(holdsOn ? [] : Has.Where(partition => !kept.Contains(partition.Start.TopicPartition)).Select(partition => new Release(partition.Start.TopicPartition, partition.Since)));
            Known = assigned.Generation;
            Has = assigned.Partitions;
        }

        return result;
    }

    /// <summary>Waits for messages.</summary>
    public Task<WaitResult> WaitAsync(TimeSpan? longest = null) =>
        bench.Group.WaitAsync(new WaitRequest("billing", who) { MaxWait = longest ?? TimeSpan.FromMinutes(1) }, CancellationToken.None).AsTask();

    public Generation SinceOf(int number) => Has.Single(partition => partition.Start.Partition.Number == number).Since;

    public Generation SinceOf(TopicPartition of) => Has.Single(partition => partition.Start.TopicPartition == of).Since;

    public async Task<CommitResult> CommitAsync(int number, long offset, Generation? since = null) => await bench.Group.CommitAsync(
        new CommitRequest("billing", new Committer.Member(who), [new Commit(bench.At(number, offset), since ?? SinceOf(number))]), CancellationToken.None);
}
