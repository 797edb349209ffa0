using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>
/// A consumer group that a test holds in its hands. It has one member at a time, who gets every partition of its topics until
/// the test says otherwise; it refuses commits of what the member does not have.
/// </summary>
internal sealed class FakeGroup(TimeProvider clock)
{
    private readonly Dictionary<TopicPartition, AssignedPartition> _owned = [];
    private List<AssignedPartition> _wanted = [];
    private TaskCompletionSource _changed = new();
    private GroupMember? _member;
    private Generation _generation;
    private Generation _assigned;

    public GroupKind Kind { get; set; }

    public bool Exists { get; set; } = true;

    /// <summary>Says how a heartbeat ends in place of the group, where it is not null.</summary>
    public Func<HeartbeatResult?> OnHeartbeat { get; set; } = () => null;

    /// <summary>Says how a dead letter ends in place of the group, where it is not null.</summary>
    public Func<DeadLetterRequest, CommitResult?> OnDeadLetter { get; set; } = _ => null;

    public Dictionary<TopicPartition, Position> Committed { get; } = [];

    public List<JoinRequest> Joins { get; } = [];

    public List<CommitRequest> Commits { get; } = [];

    public List<Release> Released { get; } = [];

    public List<DeadLetterRequest> DeadLetters { get; } = [];

    public List<StopPartitionRequest> Stops { get; } = [];

    public int Leaves { get; private set; }

    /// <summary>The offset that is committed for a partition of any topic; null where none is.</summary>
    public long? OffsetOf(int partition) =>
        Committed.Where(each => each.Key.Partition.Number == partition).Select(each => (long?)each.Value.Offset.Value).SingleOrDefault();

    /// <summary>Gives the member these partitions from now on; what it has keeps its generation, unless <paramref name="anew"/>.</summary>
    public void Assign(IEnumerable<(TopicDescription Topic, int Partition)> partitions, bool anew = false, bool isPaused = false)
    {
        _generation = _generation.Next();
        _wanted = [.. partitions.Select(each =>
        {
            var id = new TopicPartition(each.Topic.Id, new(each.Partition));
            var start = Committed.GetValueOrDefault(id, new Position(each.Topic.Id, new(each.Partition), Offset.Zero, Epoch.None));
            var since = !anew && _owned.TryGetValue(id, out var owned) ? owned.Since : _generation;
            return new AssignedPartition(each.Topic.Name, start, since, isPaused);
        })];
        foreach (var partition in _wanted)
        {
            _owned[partition.Start.TopicPartition] = partition;
        }

        _assigned = _generation;
        Wake();
    }

    /// <summary>Forgets the member, as a group does after its session.</summary>
    public void Expel()
    {
        _member = null;
        Wake();
    }

    /// <summary>Somebody else takes the member's id.</summary>
    public void Replace()
    {
        _generation = _generation.Next();
        _member = _member!.Value with { Joined = _generation };
        _owned.Clear();
        Wake();
    }

    public void Delete()
    {
        Exists = false;
        Wake();
    }

    public JoinResult Join(JoinRequest request, IReadOnlyList<TopicDescription?> topics)
    {
        Joins.Add(request);
        if (request.Create is { } create && create.Kind != Kind)
        {
            return new JoinResult.OtherKind(Kind);
        }

        if (topics.Contains(null))
        {
            return new JoinResult.UnknownTopic(request.Topics[topics.ToList().IndexOf(null)]);
        }

        _generation = _generation.Next();
        _member = new GroupMember(request.MemberId, _generation);
        _owned.Clear();
        Assign(topics.SelectMany(topic => Enumerable.Range(0, topic!.Settings.Partitions).Select(number => (topic, number))));
        return new JoinResult.Joined(_member.Value);
    }

    public async Task<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        var wait = clock.After(request.MaxWait, cancellationToken);
        foreach (var release in request.Released.Where(release => _owned.GetValueOrDefault(release.Partition)?.Since == release.Since))
        {
            Released.Add(release);
            _owned.Remove(release.Partition);
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var changed = _changed.Task;
            var answer = OnHeartbeat() ?? (!Exists ? new HeartbeatResult.UnknownGroup() : Check(request.Member));
            if (answer is not null || request.Known < _assigned || wait.IsCompleted)
            {
                return answer ?? (request.Known < _assigned ? new HeartbeatResult.Assigned(_assigned, _wanted) : new HeartbeatResult.Unchanged());
            }

            await Task.WhenAny(changed, wait);
        }
    }

    public bool Leave(GroupMember member)
    {
        Leaves += member == _member ? 1 : 0;
        return member == _member;
    }

    public CommitResult Commit(CommitRequest request)
    {
        if (CheckCommitter(((Committer.Member)request.By).Who) is { } problem)
        {
            return problem;
        }

        Commits.Add(request);
        var refusals = new List<CommitRefusal>();
        foreach (var commit in request.Commits)
        {
            if (Own(commit.Position.TopicPartition, commit.Since))
            {
                // Commits only move forward.
                var before = Committed.GetValueOrDefault(commit.Position.TopicPartition);
                Committed[commit.Position.TopicPartition] = commit.Position.Offset >= before.Offset ? commit.Position : before;
            }
            else
            {
                refusals.Add(new(commit.Position.TopicPartition, CommitRefusalReason.NotOwner, Refusal.Of("commit generation", commit.Since.Value, "another")));
            }
        }

        return new CommitResult.Committed(refusals);
    }

    public CommitResult Stop(StopPartitionRequest request)
    {
        var result = Commit(new CommitRequest(request.Group, new Committer.Member(request.Member), [new Commit(request.Message, request.Since)]));
        if (result is CommitResult.Committed { Refusals.Count: 0 })
        {
            Stops.Add(request);
            Change(partition => partition with { IsPaused = partition.IsPaused || partition.Start.TopicPartition == request.Message.TopicPartition });
        }

        return result;
    }

    public bool Pause(bool isPaused)
    {
        Change(partition => partition with { IsPaused = isPaused });
        return Exists;
    }

    public CommitResult DeadLetter(DeadLetterRequest request)
    {
        if (OnDeadLetter(request) is { } scripted)
        {
            return scripted;
        }

        var result = Commit(new CommitRequest(request.Group, new Committer.Member(request.Member), [new Commit(request.Next, request.Since)]));
        if (result is CommitResult.Committed { Refusals.Count: 0 })
        {
            DeadLetters.Add(request);
        }

        return result;
    }

    private bool Own(TopicPartition partition, Generation since) => _owned.GetValueOrDefault(partition)?.Since == since;

    private HeartbeatResult? Check(GroupMember member) => _member switch
    {
        { } known when known == member => null,
        { } known when known.Joined > member.Joined => new HeartbeatResult.Replaced(),
        _ => new HeartbeatResult.UnknownMember(),
    };

    private CommitResult? CheckCommitter(GroupMember member) => Check(member) switch
    {
        null => null,
        HeartbeatResult.Replaced => new CommitResult.Replaced(),
        _ => new CommitResult.UnknownMember(),
    };

    private void Change(Func<AssignedPartition, AssignedPartition> change)
    {
        _generation = _assigned = _generation.Next();
        _wanted = [.. _wanted.Select(change)];
        Wake();
    }

    private void Wake()
    {
        var changed = _changed;
        _changed = new();
        changed.SetResult();
    }
}
