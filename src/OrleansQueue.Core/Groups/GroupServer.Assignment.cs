using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>Who reads what, and the handing over from one member to another.</summary>
internal sealed partial class GroupServer
{
    private readonly Dictionary<TopicPartition, Handover> _handovers = [];
    private Dictionary<TopicPartition, string?> _target = [];

    private HeartbeatResult.Assigned AssignmentOf(Member member)
    {
        if (IsQueue)
        {
            return new HeartbeatResult.Assigned(
                _sessions[member.Id].Changed,
                [.. _state.Partitions.Where(partition => member.Topics.Contains(partition.Topic.Name, StringComparer.Ordinal)).Select(AssignedOf)]);
        }

        var partitions = _state.Partitions.Where(partition => partition.Owner == member.Id && TargetOf(partition) == member.Id);
        return new HeartbeatResult.Assigned(
            _sessions[member.Id].Changed,
            [.. partitions.Select(partition => new AssignedPartition(partition.Topic.Name, partition.Position, partition.Since, _state.IsPaused || partition.Stopped is not null))]);
    }

    private string? TargetOf(PartitionCursor partition) => _target.GetValueOrDefault(partition.TopicPartition);

    /// <summary>Decides anew who reads what. What is nobody's is given at once; what is somebody else's when that one has released it.</summary>
    private void Rebalance()
    {
        if (IsQueue)
        {
            // Everybody reads everything, so who comes or goes changes nothing for others.
            WakeAll();
            return;
        }

        var before = _state.Partitions.Where(partition => partition.Owner is not null && TargetOf(partition) == partition.Owner)
            .Select(partition => partition.TopicPartition).ToHashSet();
        var partitions = _state.Partitions
            .Select(partition => new Assignable(partition.TopicPartition, partition.Topic.Name, TargetOf(partition) ?? partition.Owner)).ToList();
        _target = Assignor.Assign(partitions, [.. _state.Members.Values]);

        // Who loses a partition is told to release it, by having it no more in what he is told to read.
        var handover = new Handover(_state.Generation.Next(), _clock.GetTimestamp());
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var partition in _state.Partitions)
        {
            if (partition.Owner is not { } owner || TargetOf(partition) == owner)
            {
                // Who was to give it up and is not any more may have stopped reading it already.
                if (_handovers.Remove(partition.TopicPartition) && partition.Owner is { } again)
                {
                    told.Add(again);
                }

                continue;
            }

            _handovers.TryAdd(partition.TopicPartition, handover);
            if (before.Contains(partition.TopicPartition))
            {
                told.Add(owner);
            }
        }

        Announce(told);
        GiveFree();
        WakeAll();
    }

    /// <summary>Gives what is nobody's to those who are to read it.</summary>
    private void GiveFree()
    {
        var free = _state.Partitions.Where(partition => partition.Owner is null && TargetOf(partition) is not null).ToList();
        if (free.Count == 0)
        {
            return;
        }

        var since = _state.Generation.Next();
        Change(new GroupEntry { Generation = since.Value });
        Own(free.Select(partition => partition.OwnedBy(TargetOf(partition), since)));
        foreach (var partition in free)
        {
            _sessions[partition.Owner!].Changed = since;
        }

        WakeAll();
    }

    private void Own(IEnumerable<OwnerEntry> owners)
    {
        foreach (var some in owners.Chunk(EntriesAtOnce))
        {
            Change(new GroupEntry { Owners = some });
        }
    }

    /// <summary>Begins a generation, and has these members told what they read now.</summary>
    private void Announce(IEnumerable<string> members)
    {
        var told = members.ToList();
        if (told.Count == 0)
        {
            return;
        }

        var generation = _state.Generation.Next();
        Change(new GroupEntry { Generation = generation.Value });
        foreach (var member in told)
        {
            _sessions[member].Changed = generation;
        }

        WakeAll();
    }

    private void Release(Member member, IReadOnlyList<Release> released)
    {
        var given = released.Select(release => (Partition: _state.Find(release.Partition), release.Since))
            .Where(release => release.Partition?.Owner == member.Id && release.Partition.Since == release.Since)
            .Select(release => release.Partition!).ToList();
        Free(given);
    }

    private void Free(List<PartitionCursor> partitions)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        Own(partitions.Select(partition => partition.OwnedBy(null, partition.Since)));
        foreach (var partition in partitions)
        {
            _handovers.Remove(partition.TopicPartition);
        }

        GiveFree();
    }

    /// <summary>Ends the membership of those who were silent for their session, and takes partitions from those who do not release them in time.</summary>
    private void Tick()
    {
        if (!Exists)
        {
            return;
        }

        Remove([.. _state.Members.Values.Where(member => _sessions[member.Id].Silence(_clock) >= member.SessionTimeout)]);
        Free([.. _state.Partitions.Where(partition => TimeToRelease(partition) is { } left && left <= TimeSpan.Zero)]);
    }

    /// <summary>A member that knows of a generation knows what it has to give up since then.</summary>
    private void NoteTold(Member member, Generation known)
    {
        if (_handovers.Count == 0)
        {
            return;
        }

        foreach (var partition in _state.Partitions.Where(partition => partition.Owner == member.Id))
        {
            if (_handovers.TryGetValue(partition.TopicPartition, out var handover) && handover.Told is null && known >= handover.Since)
            {
                _handovers[partition.TopicPartition] = handover with { Told = _clock.GetTimestamp() };
            }
        }
    }

    /// <summary>
    /// A member has its time to release from when it was told. One of which that is not known reads on until it notices that it has no
    /// answer, or was told and said nothing since: both end in a session, the longest that it may count on one.
    /// </summary>
    private TimeSpan? TimeToRelease(PartitionCursor partition)
    {
        if (partition.Owner is not { } owner || !_handovers.TryGetValue(partition.TopicPartition, out var handover))
        {
            return null;
        }

        var member = _state.Members[owner];
        return handover.Told is { } told
            ? member.ReleaseTimeout - _clock.GetElapsedTime(told)
            : member.SessionTimeout + GraceOf(member) + member.ReleaseTimeout - _clock.GetElapsedTime(handover.Asked);
    }

    /// <summary>How long until <see cref="Tick"/> may have something to do; null where nothing comes to mind.</summary>
    private TimeSpan? NextDeadline()
    {
        TimeSpan? next = null;
        foreach (var member in _state.Members.Values)
        {
            var left = member.SessionTimeout - _sessions[member.Id].Silence(_clock);
            next = next < left ? next : left;
        }

        if (_handovers.Count != 0)
        {
            foreach (var partition in _state.Partitions)
            {
                var left = TimeToRelease(partition);
                next = left is null || next < left ? next : left;
            }
        }

        return next;
    }

    /// <summary>A partition whose owner is to give it up.</summary>
    /// <param name="Since">The generation from which on the owner is told so.</param>
    /// <param name="Asked">When that was decided.</param>
    /// <param name="Told">When the owner first showed that it knows; null until then.</param>
    private sealed record Handover(Generation Since, long Asked, long? Told = null);
}
