using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>Positions: commit, read, seek, stop.</summary>
internal sealed partial class GroupServer
{
    private const int MostRead = 1_000;
    private const int MaxErrorLength = 4_000;
    private const int EntriesWithMetadata = 90;
    private const int MaxCoordinators = 1_000;

    // Ends only move forward while a topic lives, so a position below one that was seen need not be asked about.
    private readonly Dictionary<TopicPartition, Offset> _seenEnds = [];

    /// <inheritdoc cref="IPositionVerbs.CommitAsync"/>
    public async ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        if ((Check(request) ?? RefuseQueue()) is { } refusal)
        {
            return new CommitResult.Refused(refusal);
        }

        var ends = await FindEndsAsync(request.Commits.Select(commit => commit.Position), cancellationToken);

        // Who may commit is looked at after the last wait, so that nothing can change in between.
        if (CheckCommitter(request.By) is { } problem)
        {
            await KeptIfThereAsync();
            return problem;
        }

        var isBack = request.By is Committer.Coordinator;
        var refusals = new List<CommitRefusal>();
        var kept = new List<PositionEntry>();
        foreach (var commit in request.Commits)
        {
            if (ends.Unknown.ContainsKey(commit.Position.TopicPartition))
            {
                continue;
            }

            if (CheckCommit(commit, (request.By as Committer.Member)?.Who, ends) is { } wrong)
            {
                refusals.Add(wrong);
            }
            else if (_state.Find(commit.Position.TopicPartition) is { } partition && (isBack || IsForward(partition.Position, commit.Position))
                && (commit.Position != partition.Position || commit.Metadata is not null || commit.Gaps != 0))
            {
                kept.Add(partition.At(commit.Position, commit.Metadata?.ToArray(), commit.Gaps));
            }
        }

        // An entry takes 1 MiB, and so many positions with all the metadata that is allowed take half of that.
        foreach (var some in kept.Chunk(EntriesWithMetadata))
        {
            Change(new GroupEntry { Positions = some });
        }

        await KeptAsync();

        // Positions of partitions that cannot say where they end are to be committed again; the others are kept.
        ends.ThrowIfUnknown();
        return new CommitResult.Committed(refusals);
    }

    /// <inheritdoc cref="IPositionVerbs.ReadPositionsAsync"/>
    public async ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(IReadOnlyList<TopicPartition> partitions)
    {
        if (!IsThere())
        {
            return null;
        }

        CommittedPosition[] found = [.. partitions.Take(MostRead).Select(_state.Find).OfType<PartitionCursor>()
            .Select(partition => new CommittedPosition(partition.Position, partition.Metadata is { } bytes ? bytes : default(ReadOnlyMemory<byte>?)))];
        await KeptAsync();
        return found;
    }

    /// <inheritdoc cref="IPositionVerbs.SeekGroupAsync"/>
    public async ValueTask<SeekResult> SeekAsync(IReadOnlyList<Position> positions, CancellationToken cancellationToken)
    {
        if (!IsServed())
        {
            return new SeekResult.UnknownGroup();
        }

        var ends = await FindEndsAsync(positions, cancellationToken);
        ends.ThrowIfUnknown();
        if (CheckSeek(positions, ends) is { } wrong)
        {
            return wrong;
        }

        if (IsQueue)
        {
            await SeekCursorsAsync(positions, cancellationToken);
            if (CheckSeek(positions, ends) is { } gone)
            {
                return gone;
            }
        }

        var since = _state.Generation.Next();
        Change(new GroupEntry { Generation = since.Value });
        foreach (var position in positions)
        {
            var partition = _state.Find(position.TopicPartition)!;
            Change(new GroupEntry
            {
                Positions = [partition.At(position, null, 0)],
                Owners = [partition.OwnedBy(partition.Owner, since)],
                Stopped = partition.StoppedBy(null),
            });
        }

        foreach (var reader in positions.Select(position => _state.Find(position.TopicPartition)!).SelectMany(ReadersOf))
        {
            _sessions[reader].Changed = since;
        }

        WakeAll();
        await KeptAsync();
        return new SeekResult.Done(since);
    }

    /// <inheritdoc cref="IPositionVerbs.StopPartitionAsync"/>
    public async ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken)
    {
        var result = await CommitAsync(
            new CommitRequest(request.Group, new Committer.Member(request.Member), [new Commit(request.Message, request.Since)]), cancellationToken);
        if (result is CommitResult.Committed { Refusals.Count: 0 } && _state.Find(request.Message.TopicPartition) is { } partition && IsHeldBy(partition, request.Member, request.Since))
        {
            var error = request.Error ?? "";
            error = error.Length > MaxErrorLength ? error[..MaxErrorLength] : error;
            Change(new GroupEntry { Stopped = partition.StoppedBy(new StoppedAt(request.Message.Offset, error, Timestamp.Now(_clock))) });
            Announce([request.Member.Id]);
            await KeptAsync();
        }

        return result;
    }

    private SeekResult? CheckSeek(IReadOnlyList<Position> positions, Ends ends)
    {
        foreach (var position in positions)
        {
            if (!IsServed())
            {
                return new SeekResult.UnknownGroup();
            }

            if (CheckPlace(position, ends) is { } wrong)
            {
                return new SeekResult.Refused(wrong.Detail);
            }
        }

        return null;
    }

    private static Refusal? Check(CommitRequest request)
    {
        foreach (var commit in request.Commits)
        {
            if (commit.Metadata?.Length > Commit.MaxMetadataBytes)
            {
                return Refusal.Of("commit metadata bytes", commit.Metadata.Value.Length, $"at most {Commit.MaxMetadataBytes}");
            }

            if (commit.Gaps < 0)
            {
                return Refusal.Of("commit gaps", commit.Gaps, "0 or more");
            }
        }

        return request.By is Committer.Coordinator by
            ? GroupName.CheckMember(by.Name) ?? (by.Fence < 0 ? Refusal.Of("coordinator fence", by.Fence, "0 or more") : null)
            : null;
    }

    /// <summary>
    /// Whether a position lies ahead of another. A lower offset of a later epoch does too: it is that of a log which lost its end. At the
    /// start of a log no epoch is known, so there a later one says nothing.
    /// </summary>
    private static bool IsForward(Position from, Position to) => to.Offset >= from.Offset || (from.Epoch != Epoch.None && to.Epoch > from.Epoch);

    private bool IsHeldBy(PartitionCursor partition, GroupMember member, Generation since) =>
        partition.Owner == member.Id && since >= partition.Since && since <= _state.Generation;

    private CommitResult? CheckCommitter(Committer committer)
    {
        if (!IsThere())
        {
            return new CommitResult.UnknownGroup();
        }

        Tick();
        if (committer is Committer.Member member)
        {
            return Find(member.Who, out _) switch
            {
                null => null,
                HeartbeatResult.Replaced => new CommitResult.Replaced(),
                _ => new CommitResult.UnknownMember(),
            };
        }

        // Two who decide who reads what would take each other's work apart.
        if (_state.Members.Count != 0)
        {
            return new CommitResult.Refused(Refusal.Of("members of a group with a coordinator", _state.Members.Count, "0"));
        }

        var coordinator = (Committer.Coordinator)committer;
        var highest = _state.FenceOf(coordinator.Name);
        if (highest > coordinator.Fence)
        {
            return new CommitResult.CoordinatorFenced(highest.Value);
        }

        if (highest is null && _state.Coordinators >= MaxCoordinators)
        {
            return new CommitResult.Refused(Refusal.Of("coordinators of a group", _state.Coordinators + 1, $"at most {MaxCoordinators}"));
        }

        if (highest != coordinator.Fence)
        {
            Change(new GroupEntry { Fence = new FenceEntry(coordinator.Name, coordinator.Fence) });
        }

        return null;
    }

    private CommitRefusal? CheckCommit(Commit commit, GroupMember? member, Ends ends)
    {
        if (CheckPlace(commit.Position, ends) is { } wrong)
        {
            return wrong;
        }

        var partition = _state.Find(commit.Position.TopicPartition)!;
        if (member is not { } who || IsHeldBy(partition, who, commit.Since))
        {
            return null;
        }

        var limit = partition.Owner == who.Id ? $"{partition.Since} to {_state.Generation}" : $"none, as the partition is {partition.Owner ?? "nobody"}'s";
        return new CommitRefusal(partition.TopicPartition, CommitRefusalReason.NotOwner, Refusal.Of("commit generation", commit.Since.Value, limit));
    }

    private CommitRefusal? CheckPlace(Position position, Ends ends)
    {
        if (_state.Find(position.TopicPartition) is null || !ends.Known.TryGetValue(position.TopicPartition, out var end))
        {
            return new CommitRefusal(
                position.TopicPartition, CommitRefusalReason.UnknownPartition, Refusal.OfText("partition", position.TopicPartition.ToString(), "one of a topic that the group reads"));
        }

        return position.Offset < Offset.Zero || position.Offset > end
            ? new CommitRefusal(position.TopicPartition, CommitRefusalReason.BeyondEnd, Refusal.Of("commit offset", position.Offset.Value, $"0 to {end}, the end of the partition"))
            : null;
    }

    /// <summary>The ends of the partitions, as far as they are needed to know that the positions lie before them.</summary>
    private async ValueTask<Ends> FindEndsAsync(IEnumerable<Position> positions, CancellationToken cancellationToken)
    {
        var ends = new Ends([], []);
        foreach (var some in positions.Where(position => _state.Find(position.TopicPartition) is not null).Chunk(AskedAtOnce))
        {
            await Task.WhenAll(some.Select(position => FindEndAsync(position, ends, cancellationToken)));
        }

        return ends;
    }

    private async Task FindEndAsync(Position position, Ends ends, CancellationToken cancellationToken)
    {
        var partition = position.TopicPartition;
        if (_seenEnds.TryGetValue(partition, out var seen) && position.Offset <= seen)
        {
            ends.Known[partition] = seen;
            return;
        }

        try
        {
            if (await PlaceAsync(partition, new OffsetQuery.Latest(), cancellationToken) is { } end)
            {
                ends.Known[partition] = _seenEnds[partition] = end.Offset;
            }
        }
        catch (BrokerUnavailableException unavailable)
        {
            ends.Unknown[partition] = unavailable;
        }
    }

    /// <summary>Where partitions end, or why that is not known.</summary>
    private sealed record Ends(Dictionary<TopicPartition, Offset> Known, Dictionary<TopicPartition, BrokerUnavailableException> Unknown)
    {
        /// <exception cref="BrokerUnavailableException">A partition could not say where it ends.</exception>
        public void ThrowIfUnknown()
        {
            foreach (var unavailable in Unknown.Values)
            {
                throw unavailable;
            }
        }
    }
}
