using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Groups;

/// <summary>
/// What is different in a group of kind Queue: every member reads every partition of its topics, a cursor beside each partition keeps how
/// far the group is there, and members who have room wait here until some cursor has messages for them.
/// </summary>
internal sealed partial class GroupServer
{
    private QueueWakes? _wakes;

    private bool IsQueue => _state.Settings is { Kind: GroupKind.Queue };

    /// <inheritdoc cref="IQueueSurroundings.FindQueueAsync"/>
    public async ValueTask<QueueLookup> FindQueueAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var topic = IsServed() && IsQueue && _state.Find(partition) is { } cursor
            ? await _surroundings.FindTopicAsync(cursor.Topic.Name, cancellationToken)
            : null;
        var answer = LookUp(partition, topic);
        await KeptIfThereAsync();
        if (Exists)
        {
            // A cursor begins and ends by this answer, and one of a group that a later owner has made anew would be taken for another's.
            await ConfirmedAsync(began, TimeSpan.Zero);
        }

        return answer;
    }

    /// <inheritdoc cref="ILeaseVerbs.WaitForMessagesAsync"/>
    public async ValueTask<WaitResult> WaitAsync(WaitRequest request, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        if (Find(request.Member, out var living) is null)
        {
            _sessions[living.Id].See(_clock);
        }

        Tick();
        IReadOnlyList<ReadyPartition> ready = [];
        if (FindWaiting(request.Member, out var member) is null)
        {
            var longest = WithinPause(LongestWaitOf(member, request.MaxWait));
            if (longest > TimeSpan.Zero && !_ending.IsCancellationRequested)
            {
                _wakes ??= new QueueWakes(WatchAsync, WatchedOf, _clock, _ending.Token);
                ready = await _wakes.WaitAsync(request.Member, member.Topics, longest, cancellationToken);
            }
        }

        if (FindWaiting(request.Member, out member) is { } problem)
        {
            await KeptIfThereAsync();
            return problem;
        }

        await StillOwnerAsync(began, member);
        return new WaitResult.Ready(ready);
    }

    private ValueTask<QueueNews> WatchAsync(TopicPartition partition, long known, CancellationToken cancellationToken) =>
        _surroundings.WatchQueueAsync(_name, partition, known, FetchRequest.LongestWait, cancellationToken);

    private IReadOnlyList<TopicPartition> WatchedOf(string topic) =>
        Exists && !_state.IsPaused && !_state.IsDeleting && PauseLeft == TimeSpan.Zero && _state.Topics.TryGetValue(topic, out var known) ? [.. known.Partitions.Select(partition => partition.TopicPartition)] : [];

    /// <summary>What the group says of a partition, whose topic is as it was found; null where that is gone.</summary>
    private QueueLookup LookUp(TopicPartition partition, TopicDescription? topic)
    {
        if (!IsServed())
        {
            return new QueueLookup.UnknownGroup();
        }

        if (!IsQueue)
        {
            return new QueueLookup.OtherKind(_state.Settings!.Kind);
        }

        return topic?.Id == partition.Topic && _state.Find(partition) is { } cursor
            ? new QueueLookup.Found(new QueueAssignment(
                topic.Name, topic.Settings.Partitions, topic.Settings.Durability, _state.Incarnation, cursor.Position, _state.Settings!.Queue, _state.IsPaused))
            : new QueueLookup.UnknownPartition();
    }

    /// <summary>The member that is to wait, or why it may not.</summary>
    private WaitResult? FindWaiting(GroupMember who, out Member member) => Find(who, out member) switch
    {
        null when IsQueue => null,
        null or HeartbeatResult.UnknownGroup => new WaitResult.UnknownGroup(),
        HeartbeatResult.Replaced => new WaitResult.Replaced(),
        _ => new WaitResult.UnknownMember(),
    };

    /// <summary>
    /// Whether there is such a group, and it is not being deleted: the cursors of one that is are gone in part, so it serves nobody any more.
    /// </summary>
    /// <exception cref="IOException">It is not served here any more, so whether it is there cannot be told here.</exception>
    private bool IsServed() => !(_state.IsDeleting && (IsDeleting || !IsLost)) && IsThere();

    /// <exception cref="BrokerUnavailableException">The group is being deleted.</exception>
    private void ThrowIfDeleting()
    {
        if (_state.IsDeleting && Exists)
        {
            throw new BrokerUnavailableException($"Group {_name} is being deleted; its name is free when that has ended.");
        }
    }

    private bool IsMember(GroupMember who) =>
        Exists && !_state.IsDeleting && _state.Members.TryGetValue(who.Id, out var member) && member.Joined == who.Joined;

    /// <summary>Why what only stream groups do is refused, or null.</summary>
    private Refusal? RefuseQueue() => IsServed() && IsQueue ? Refusal.OfText("group kind", "queue", "stream") : null;

    private AssignedPartition AssignedOf(PartitionCursor partition) => new(
        partition.Topic.Name,
        partition.Position,
        partition.Since == Generation.None ? Generation.None.Next() : partition.Since,
        _state.IsPaused);

    private IEnumerable<string> ReadersOf(PartitionCursor partition) => IsQueue ? ReadersOf(partition.Topic.Name) : partition.Owner is { } owner ? [owner] : [];

    private IEnumerable<string> ReadersOf(string topic) =>
        _state.Members.Values.Where(member => member.Topics.Contains(topic, StringComparer.Ordinal)).Select(member => member.Id);

    /// <summary>Has the members of a queue group told that a topic of theirs has other partitions now.</summary>
    private void TellReaders(string topic)
    {
        if (IsQueue)
        {
            Announce(ReadersOf(topic));
            _wakes?.Revise();
        }
    }

    /// <summary>Deletes all that the cursors of a queue group keep. From the first on the group serves nobody, so that none comes back or is taken for one that never leased.</summary>
    private async ValueTask DropAllAsync(CancellationToken cancellationToken)
    {
        if (!IsQueue)
        {
            return;
        }

        if (!_state.IsDeleting)
        {
            Change(new GroupEntry { Deleting = true });
        }

        await KeptAsync();
        _wakes?.Revise();
        WakeAll();
        await DropAsync(_state.Partitions, cancellationToken);
    }

    /// <summary>Deletes what the cursors of a topic keep that is no more. False where one did not answer: then the topic stays until the next refresh.</summary>
    private async ValueTask<bool> TryDropAsync(GroupTopic topic)
    {
        try
        {
            await (IsQueue ? DropAsync(topic.Partitions, CancellationToken.None) : default);
            return true;
        }
        catch (BrokerUnavailableException)
        {
            return false;
        }
    }

    private async ValueTask DropAsync(IEnumerable<PartitionCursor> partitions, CancellationToken cancellationToken)
    {
        foreach (var some in partitions.ToList().Chunk(AskedAtOnce))
        {
            await Task.WhenAll(some.Select(partition => _surroundings.DropQueueAsync(_name, partition.TopicPartition, cancellationToken).AsTask()));
        }
    }

    /// <summary>Moves the cursors of a queue group; of several positions of one partition the last counts.</summary>
    private async ValueTask SeekCursorsAsync(IReadOnlyList<Position> positions, CancellationToken cancellationToken)
    {
        var last = positions.GroupBy(position => position.TopicPartition).Select(of => of.Last());
        foreach (var some in last.Chunk(AskedAtOnce))
        {
            await Task.WhenAll(some.Select(position => _surroundings.SeekQueueAsync(_name, position, cancellationToken).AsTask()));
        }
    }

    /// <summary>
    /// What a queue group may add of topics at once. A topic that took the place of one that the group reads comes with the next refresh, which
    /// is due then: the cursors of the old one go first, and a member that joins does not wait for them.
    /// </summary>
    private IReadOnlyList<TopicEntry> AddableNow(IReadOnlyList<TopicEntry> topics)
    {
        if (!IsQueue || !topics.Any(IsReplacement))
        {
            return topics;
        }

        _topicsAsked = _clock.GetTimestamp() - (long)(_options.TopicRefresh.TotalSeconds * _clock.TimestampFrequency);
        return [.. topics.Where(topic => !IsReplacement(topic))];
    }

    private bool IsReplacement(TopicEntry topic) => _state.Topics.TryGetValue(topic.Name, out var known) && known.Id.Value != topic.Id;
}
